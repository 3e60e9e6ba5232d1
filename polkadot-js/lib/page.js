// The page, served on loopback, and a browser to open it: Debian's Chromium, with a profile of its own.

import { createServer } from 'node:http';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';

import { chromium } from 'playwright-core';

import { ROOT } from './chain.js';

const HOST = '127.0.0.1';
const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8' };
const PAGE = ['globals.js', 'page.js', 'task.js', 'walk.js'];
const BUNDLES = ['api', 'keyring', 'types', 'util', 'util-crypto'];

/** Every address that is served, with what is behind it. */
async function contents() {
	const home = join(ROOT, 'polkadot-js');
	const page = PAGE.map((name) => [`/${name}`, join(home, 'page', name)]);
	const bundles = BUNDLES.map((name) => [
		`/bundle/${name}.js`,
		join(home, 'node_modules/@polkadot', name, `bundle-polkadot-${name}.js`),
	]);
	const entries = [['/', join(home, 'page/index.html')], ...page, ...bundles].map(
		async ([url, file]) => [url, { type: TYPES[extname(file)], body: await readFile(file) }],
	);
	return new Map(await Promise.all(entries));
}

/** Serves the page on a free port of this machine alone. */
export async function serve() {
	const served = await contents();
	const server = createServer(({ url }, response) => {
		const found = served.get(url);
		response
			.writeHead(found ? 200 : 404, found && { 'content-type': found.type })
			.end(found?.body);
	});
	await new Promise((done, failed) => server.once('error', failed).listen(0, HOST, done));
	return {
		url: `http://${HOST}:${server.address().port}/`,
		stop: () => new Promise((done) => server.close(done).closeAllConnections()),
	};
}

/** Opens a browser with one empty page. It reaches this machine only. */
export async function browser() {
	const executablePath = process.env.CHROMIUM || '/usr/bin/chromium';
	if (!existsSync(executablePath)) {
		throw new Error(
			`${executablePath} is not there: run \`scripts/setup.sh --apps\`, or name a browser with CHROMIUM`,
		);
	}
	const profile = await mkdtemp(join(tmpdir(), 'ostraka-chromium-'));
	const context = await chromium.launchPersistentContext(profile, {
		executablePath,
		headless: true,
		viewport: { width: 1200, height: 900 },
		args: [
			'--no-sandbox',
			'--disable-gpu',
			'--disable-quic',
			'--no-first-run',
			'--disable-background-networking',
			'--disable-component-update',
			'--disable-sync',
			`--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${HOST}`,
		],
	});
	return {
		page: context.pages()[0] ?? (await context.newPage()),
		stop: async () => {
			await context.close();
			await rm(profile, { recursive: true, force: true });
		},
	};
}
