// The walk in a browser page, by the library's bundles, with what it sees shown as it comes. The test drives it
// by `window.walk(url)` and gives it `window.deal(task)`.

import * as steps from './walk.js';

const { ApiPromise, Keyring, WsProvider } = window.polkadotApi;
const { Metadata, TypeRegistry } = window.polkadotTypes;

const plain = (value) => (typeof value === 'string' ? value : JSON.stringify(value));

/** Adds a row to a table; the second part of a pair goes under the first, in small print. */
function row(table, ...cells) {
	const line = document.getElementById(table).insertRow();
	for (const cell of cells) {
		const [first, second] = Array.isArray(cell) ? cell : [cell];
		const data = line.insertCell();
		data.append(plain(first));
		if (second) {
			const note = document.createElement('small');
			note.textContent = second;
			data.append(document.createElement('br'), note);
		}
	}
}

function state(text) {
	document.getElementById('state').textContent = text;
}

window.walk = async (url) => {
	state('connecting');
	const api = await ApiPromise.create({ provider: new WsProvider(url, 250) });
	const alice = new Keyring({ type: 'sr25519' }).addFromUri('//Alice');

	state('reading metadata');
	const metadata = await steps.metadata(api, { Metadata, TypeRegistry });
	row(
		'chain',
		'chain',
		`${api.runtimeChain}, ${api.runtimeVersion.specName} ${api.runtimeVersion.specVersion}`,
	);
	row(
		'chain',
		'metadata',
		`v${metadata.version}, ${metadata.types} types, ${metadata.unknown.length} unknown`,
	);
	const nodes = await steps.nodes(api, 10);
	const roles = Object.entries(nodes).map(([role, count]) => `${count} ${role}`);
	row('chain', 'nodes', roles.join(', '));

	state('making mistakes');
	const refusals = await steps.refusals(api, alice);
	refusals.forEach(({ call, error, docs }) => row('refusals', call, error, docs));

	state('following a task');
	const task = await steps.task(api, alice, window.deal, ({ block, name, fields, docs }) => {
		const list = Object.entries(fields).map(([field, value]) => `${field}: ${plain(value)}`);
		row('events', `${block}`, [name, docs], list.join(', '));
	});
	const [member] = task.events.find(({ name }) => name === 'tasks.CommitteeDrawn').fields.members;
	const runtimeApi = await steps.runtimeApi(api, task.task, member);
	row('task', 'number', `${task.task}`);
	row('task', 'call', [task.call.human.args, task.call.hex]);
	row('task', 'phases', task.phases.join(' → '));
	row('task', 'published vector', task.result.vector.join(', '));
	row('task', 'result', task.result.human);

	await api.disconnect();
	state('done');
	return { metadata, nodes, refusals, task, runtimeApi };
};
state('ready');
