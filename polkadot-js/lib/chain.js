// A development chain of the tests' own: the node binary on a free port with a temporary base path, stopped by its
// process id; and the command line tool that deals.

import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The project's root. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

// How long the node may take to shut down before it is killed, in milliseconds.
const STOP = 60_000;
// Lines of the node's log that an error shows.
const LOG_LINES = 20;

function binary(variable, fallback) {
	const path = resolve(process.env[variable] || fallback);
	if (!existsSync(path)) {
		throw new Error(`${path} is not there: run \`make build\`, or name it with ${variable}`);
	}
	return path;
}

/** The node: OSTRAKA_NODE, or the one that `make build` makes. */
export function nodeBinary() {
	const target = process.env.CARGO_TARGET_DIR || join(ROOT, 'target');
	return binary('OSTRAKA_NODE', join(target, 'release/ostraka-node'));
}

/** The command line tool: OSTRAKA, or the one beside the node. */
export function toolBinary() {
	return binary('OSTRAKA', join(dirname(nodeBinary()), 'ostraka'));
}

async function freePort() {
	if (process.env.OSTRAKA_RPC_PORT) {
		return Number(process.env.OSTRAKA_RPC_PORT);
	}
	const server = createServer();
	await new Promise((done, failed) => server.once('error', failed).listen(0, '127.0.0.1', done));
	const { port } = server.address();
	await new Promise((done) => server.close(done));
	return port;
}

/** A running development chain. */
export class DevChain {
	#child;
	#ended;
	#directory;
	#kill;
	#keeps = false;

	/** Starts it. The chain answers some seconds later; a client waits for that by itself. */
	static async start() {
		const chain = new DevChain();
		chain.#directory = await mkdtemp(join(tmpdir(), 'ostraka-polkadot-js-'));
		const port = await freePort();
		chain.url = `ws://127.0.0.1:${port}`;
		const log = await open(join(chain.#directory, 'node.log'), 'w');
		const base = join(chain.#directory, 'base');
		const child = spawn(nodeBinary(), ['--dev', '--rpc-port', `${port}`, '--base-path', base], {
			stdio: ['ignore', log.fd, log.fd],
		});
		chain.#child = child;
		chain.#ended = new Promise((done) => {
			child.once('exit', (code, signal) => done(signal ?? code));
			child.once('error', (error) => done(error.message));
		});
		// However the tests end, the node does not outlive them.
		chain.#kill = () => child.kill('SIGTERM');
		process.once('exit', chain.#kill);
		await log.close();
		return chain;
	}

	/** Waits for `promise`; fails at once, with the end of the node's log, if the node ends before. */
	async during(promise) {
		const over = this.#ended.then(async (how) => {
			throw new Error(`the node ended (${how}):\n${await this.log()}`);
		});
		return Promise.race([promise, over]);
	}

	/** Where a test keeps a file of that name as long as the chain runs. */
	path(name) {
		return join(this.#directory, name);
	}

	/** The end of the node's log. */
	async log() {
		const text = await readFile(join(this.#directory, 'node.log'), 'utf8');
		return text.trimEnd().split('\n').slice(-LOG_LINES).join('\n');
	}

	/** To be called after each test with its context: after one that failed the node's log is kept. */
	note(context) {
		this.#keeps ||= context.passed === false;
	}

	/** Stops the node and removes what it wrote, but for a log that is kept: then it says where that is. */
	async stop() {
		const patience = setTimeout(() => this.#child.kill('SIGKILL'), STOP);
		this.#child.kill('SIGTERM');
		await this.#ended;
		clearTimeout(patience);
		process.removeListener('exit', this.#kill);
		const removed = this.#keeps ? join(this.#directory, 'base') : this.#directory;
		await rm(removed, { recursive: true, force: true });
		if (this.#keeps) {
			console.error(`the node's log: ${join(this.#directory, 'node.log')}`);
		}
	}

	/** Runs the command line tool against this chain and returns what it printed, as JSON. */
	async tool(...args) {
		const { stdout } = await promisify(execFile)(
			toolBinary(),
			[...args, '--url', this.url, '--json'],
			{
				cwd: ROOT,
				env: { ...process.env, OSTRAKA_LOG: join(this.#directory, 'log.jsonl') },
			},
		);
		return JSON.parse(stdout);
	}
}
