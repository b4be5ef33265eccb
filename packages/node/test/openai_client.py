"""OpenAI's own client for Python against a running node. Prints one JSON document of what it saw. Address and key come from its usual variables."""

import json

import openai

client = openai.OpenAI(max_retries=0)
ask = {"model": "grapevine", "messages": [{"role": "user", "content": "The door squeaks. What helps?"}]}
seen = {}

raw = client.chat.completions.with_raw_response.create(**ask)
whole = raw.parse()
seen["answer"] = whole.choices[0].message.content
seen["header"] = raw.headers.get("x-grapevine-lessons")
seen["lessons"] = [lesson["id"] for lesson in whole.model_extra["grapevine"]["lessons"]]
seen["tokens"] = whole.usage.total_tokens

pieces = []
with client.chat.completions.stream(**ask) as stream:
    for event in stream:
        if event.type == "content.delta":
            pieces.append(event.delta)
    seen["final"] = stream.get_final_completion().choices[0].message.content
seen["pieces"] = pieces

tools = [{"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}]
call = client.chat.completions.create(**ask, tools=tools).choices[0]
seen["call"] = [call.finish_reason, call.message.tool_calls[0].function.name]

seen["models"] = [model.id for model in client.models.list()]
seen["dimensions"] = len(client.embeddings.create(model="grapevine", input="a door").data[0].embedding)
try:
    client.chat.completions.create(**{**ask, "model": "gpt-5"})
except openai.NotFoundError as error:
    seen["refusal"] = error.code

print(json.dumps(seen))
