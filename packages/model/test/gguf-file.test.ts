import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readGgufFile } from "../src/embedded/gguf-file.ts";
import { openModel } from "../src/index.ts";
import { ggufBytes } from "./gguf-bytes.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const folder = await temporaryFolder();
let files = 0;

async function written(bytes: Uint8Array): Promise<string> {
  const path = join(folder, `${++files}.gguf`);
  await writeFile(path, bytes);
  return path;
}

async function problemOf(bytes: Uint8Array): Promise<{ code: string; message: string }> {
  const path = await written(bytes);
  return openModel(`gguf:${path}`, { lockFolder: folder }).then(
    () => ({ code: "none", message: "" }),
    ({ code, message }: { code: string; message: string }) => ({ code, message: message.replace(path, "FILE") }),
  );
}

describe("a GGUF file", () => {
  it("is summed up by its header", async () => {
    const fields = { "llama.context_length": 777, "tokenizer.ggml.tokens": ["a", "b"], "tokenizer.chat_template": "{{ x }}" };
    const bytes = ggufBytes({ fields, tensors: [64, 10] });
    expect(readGgufFile(await written(bytes))).toEqual({
      architecture: "llama",
      contextTokens: 777,
      parameters: 74,
      bytes: bytes.length,
      hasChatTemplate: true,
    });
  });

  it("makes a model of the form and context that its size deserves", async () => {
    const fields = { "llama.context_length": 8192, "tokenizer.chat_template": "{{ x }}" };
    const model = await openModel(`gguf:${await written(ggufBytes({ fields }))}`, { lockFolder: folder });
    expect({ promptForm: model.promptForm, contextTokens: model.contextTokens }).toEqual({
      promptForm: "completion",
      contextTokens: 4096,
    });
    await model.close();
  });

  it("is refused when it is something else, before native code sees it", async () => {
    const notGguf = { code: "MODEL_FILE_INVALID", message: "FILE: is not a GGUF file" };
    for (const bytes of [Buffer.alloc(0), Buffer.from("GG"), Buffer.from("PK\u0003\u0004 and more"), Buffer.alloc(4096)]) {
      expect(await problemOf(bytes)).toEqual(notGguf);
    }
    const version1 = ggufBytes();
    version1.writeUInt32LE(1, 4);
    expect(await problemOf(version1)).toMatchObject({
      code: "MODEL_FILE_INVALID",
      message: expect.stringContaining("version 1"),
    });
  });

  it("is refused when it is cut short anywhere", async () => {
    const bytes = ggufBytes({ fields: { "tokenizer.ggml.tokens": ["one", "two"] }, tensors: [64, 64] });
    for (let length = 0; length < bytes.length; length += 7) {
      expect(await problemOf(bytes.subarray(0, length)), `${length} of ${bytes.length} bytes`).toMatchObject({
        code: "MODEL_FILE_INVALID",
      });
    }
    expect(await problemOf(bytes)).toMatchObject({ code: "none" });
  });

  it("is refused when a count in it is absurd", async () => {
    for (const at of [8, 16, 24]) {
      const bytes = ggufBytes();
      bytes.writeBigUInt64LE(2n ** 60n, at);
      expect(await problemOf(bytes)).toMatchObject({ code: "MODEL_FILE_INVALID" });
    }
  });

  it("is refused at the first generation when the runtime cannot load what it holds, and again at the next", async () => {
    const path = await written(ggufBytes({ architecture: "sundial" }));
    const model = await openModel(`gguf:${path}`, { lockFolder: folder });
    for (let i = 0; i < 2; i++) {
      await expect(model.generate({ prompt: "1, 2,", maxTokens: 2 })).rejects.toMatchObject({ code: "MODEL_FILE_INVALID" });
    }
    await model.close();
  });

  it("is missing when there is no file, or a folder", async () => {
    await mkdir(join(folder, "folder.gguf"));
    for (const name of ["nothing.gguf", "folder.gguf"]) {
      await expect(openModel(`gguf:${join(folder, name)}`)).rejects.toMatchObject({ code: "MODEL_FILE_MISSING" });
    }
  });
});
