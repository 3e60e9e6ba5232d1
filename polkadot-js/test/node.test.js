// polkadot.js's library in Node against a development chain: what `docs/APPS.md` does by hand, by program.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, test } from 'node:test';

import { ApiPromise, Keyring, WsProvider } from '@polkadot/api';
import { Metadata, TypeRegistry } from '@polkadot/types';

import { DevChain } from '../lib/chain.js';
import {
	checkConsole,
	checkMetadata,
	checkRefusals,
	checkRuntimeApi,
	checkSealed,
	checkTask,
} from '../lib/checks.js';
import { capture } from '../lib/console.js';
import { deal, dealSealed } from '../lib/dealers.js';
import { checkDocument } from '../lib/document.js';
import { ACCOUNTS, SUBMIT } from '../page/task.js';
import * as walk from '../page/walk.js';

const LIMIT = 300_000;

let written, chain, api, alice, seen, refused, done;

before(
	async () => {
		chain = await DevChain.start();
		written = capture();
		const provider = new WsProvider(chain.url, 250);
		await chain.during(provider.isReady);
		// until the node listens every attempt to connect is written to the console
		written.lines.length = 0;
		api = await chain.during(ApiPromise.create({ provider }));
		alice = new Keyring({ type: 'sr25519' }).addFromUri('//Alice');
		assert.equal(alice.address, ACCOUNTS.Alice);
		assert.deepEqual(await chain.during(walk.nodes(api, 10)), { Compute: 7, Verify: 3 });
	},
	{ timeout: LIMIT },
);

afterEach((context) => chain?.note(context));

after(async () => {
	await api?.disconnect();
	await chain?.stop();
	written?.restore();
});

test('metadata decodes without unknown types, everything is named and documented', async () => {
	seen = await walk.metadata(api, { Metadata, TypeRegistry });
	checkMetadata(seen);
});

test('errors decode to their names and documentation', { timeout: LIMIT }, async () => {
	refused = await chain.during(walk.refusals(api, alice));
	checkRefusals(refused);
});

test(
	"a worker's call is nobody else's: signed by an account it is refused",
	{ timeout: LIMIT },
	async () => {
		const zeros = (length) => new Uint8Array(length);
		const calls = [
			api.tx.vss.commitResult(0, 1, zeros(32), zeros(32), 1, zeros(64)),
			api.tx.vss.attest(0, 1, zeros(32), zeros(32), 1, zeros(64)),
		];
		for (const call of calls) {
			assert.equal(await chain.during(walk.attempt(api, call, alice)), 'BadOrigin');
		}
	},
);

test(
	'a task goes its whole way and computes what the pooled rows give',
	{ timeout: LIMIT },
	async () => {
		done = await chain.during(walk.task(api, alice, (task) => deal(chain, task)));
		await checkTask(done);
	},
);

test(
	"the runtime API answers without definitions of the client's own",
	{ timeout: LIMIT },
	async () => {
		assert.equal(api.registry.knownTypes.runtime, undefined);
		const [member] = done.events.find(({ name }) => name === 'tasks.CommitteeDrawn').fields
			.members;
		checkRuntimeApi(await walk.runtimeApi(api, done.task, member), done);
	},
);

test(
	'a sealed result is numbers that say nothing, until its recipient opens it',
	{ timeout: LIMIT },
	async () => {
		// a requester of its own: dealers refuse the same question of one that asked it today
		const eve = new Keyring({ type: 'sr25519' }).addFromUri('//Eve');
		const [seed, file] = [chain.path('eve.seed'), chain.path('opening.json')];
		const conditions = { ...SUBMIT.conditions, sealedTo: eve.address };
		const deals = (task) => dealSealed(chain, task, 'Eve', seed);
		const sealed = await chain.during(
			walk.task(api, eve, deals, undefined, { conditions }),
		);
		const task = `${sealed.task}`;
		const read = await chain.tool('result', task, '--mask-file', seed, '--open', file);
		const known = await chain.tool('result', task, '--opening', file, '--verify');
		const opening = JSON.parse(await readFile(file, 'utf8'));
		await checkSealed(sealed, { recipient: eve.address, read, opening, known });
	},
);

test('the library had nothing to complain of in all this', () => {
	checkConsole(written.lines, seen);
});

test('docs/APPS.md tells what was done here', async () => {
	await checkDocument({ task: done, refusals: refused });
});
