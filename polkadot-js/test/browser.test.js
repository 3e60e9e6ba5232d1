// The same walk in a browser: polkadot.js Apps is this library in a page.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { DevChain } from '../lib/chain.js';
import {
	checkConsole,
	checkMetadata,
	checkRefusals,
	checkRuntimeApi,
	checkTask,
} from '../lib/checks.js';
import { deal } from '../lib/dealers.js';
import { browser, serve } from '../lib/page.js';

const LIMIT = 600_000;
const SCREENSHOT = process.env.OSTRAKA_SCREENSHOT;

let chain, server, chromium;

before(
	async () => {
		chain = await DevChain.start();
		server = await serve();
		chromium = await browser();
	},
	{ timeout: LIMIT },
);

afterEach((context) => chain?.note(context));

after(async () => {
	await chromium?.stop();
	await server?.stop();
	await chain?.stop();
});

test(
	"a page with the library's bundles walks through a whole task",
	{ timeout: LIMIT },
	async (context) => {
		const { page } = chromium;
		const lines = [];
		const failures = [];
		let connected = false;
		// until the node listens every attempt to connect is written to the console
		page.on('console', (line) => connected && lines.push(line.text().trim()));
		page.on('pageerror', (error) => failures.push(error.message));
		page.on('websocket', (socket) => socket.once('framereceived', () => (connected = true)));
		await page.exposeFunction('deal', (task) => deal(chain, task));
		await page.goto(server.url);
		await page.waitForFunction(() => typeof window.walk === 'function');
		const seen = await chain.during(page.evaluate((url) => window.walk(url), chain.url));
		if (SCREENSHOT) {
			await mkdir(dirname(SCREENSHOT), { recursive: true });
			await page.screenshot({ path: SCREENSHOT, fullPage: true });
		}

		await context.test('metadata', () => checkMetadata(seen.metadata));
		await context.test('errors', () => checkRefusals(seen.refusals));
		await context.test('nodes', () => assert.deepEqual(seen.nodes, { Compute: 7, Verify: 3 }));
		await context.test('task', () => checkTask(seen.task));
		await context.test('runtime API', () => checkRuntimeApi(seen.runtimeApi, seen.task));
		await context.test('console', () => checkConsole(lines, seen.metadata));
		await context.test('page', async () => {
			assert.deepEqual(failures, []);
			assert.equal(await page.locator('#state').textContent(), 'done');
			const shown = await page.locator('#events').innerText();
			assert.match(shown, /incentives\.DealerPaid/);
			assert.match(shown, /amount: 1,000,000,000,000/);
			assert.match(await page.locator('#refusals').innerText(), /This account has no node/);
		});
	},
);
