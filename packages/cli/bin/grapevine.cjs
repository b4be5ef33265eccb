#!/usr/bin/env node
// Plain JavaScript on purpose. Node keeps what it compiled, type stripping included, in a cache that has to be switched on before the first such module
// is loaded: with it `--help` takes less than twice as long as an empty script, without it more than three times.
const { enableCompileCache } = require("node:module");
const { homedir } = require("node:os");
const { join } = require("node:path");

// In the user's own folder: whoever can write to the cache can run code here, so it must not lie where others could make it first.
const userCache = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
enableCompileCache(process.env["NODE_COMPILE_CACHE"] || join(userCache, "grapevine", "compiled"));
import("#main");
