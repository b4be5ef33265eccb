#!/usr/bin/env -S MALLOC_ARENA_MAX=2 node --max-semi-space-size=4
// V8 keeps room for three times 16 MB of young objects once a start has used it; a node that then idles for weeks needs no more than 4, and is 40 MB smaller.
// Likewise glibc keeps, for each thread, what a start has used there and given up: with two such places for all threads the node is 10 to 20 MB smaller.
// Plain JavaScript on purpose. Node keeps what it compiled, type stripping included, in a cache that has to be switched on before the first such module
// is loaded: with it `--help` takes less than twice as long as an empty script, without it more than three times.
const nodeModule = require("node:module");
const os = require("node:os");
const path = require("node:path");

// The rest of the program is not even read by an older Node, which would answer with a trace.
const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(
    `grapevine needs Node 22.12 or later, this is ${process.versions.node}. In the repository, \`npx pnpm grapevine\` brings its own.\n`,
  );
  process.exit(1);
}

// In the user's own folder: whoever can write to the cache can run code here, so it must not lie where others could make it first.
const userCache = process.env["XDG_CACHE_HOME"] || path.join(os.homedir(), ".cache");
nodeModule.enableCompileCache(process.env["NODE_COMPILE_CACHE"] || path.join(userCache, "grapevine", "compiled"));
void import("#main");
