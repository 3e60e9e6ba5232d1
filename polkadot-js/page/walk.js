// What a user of polkadot.js does with the chain, step by step. Runs in Node and in a browser page alike: it imports
// nothing of the library, is given a connected `api`, and answers with plain data.

import { REFUSED, SUBMIT, submission } from './task.js';

/** The pallets of Ostraka's own, as polkadot.js names them. */
export const PALLETS = ['registry', 'tasks', 'vss', 'incentives', 'consent'];

const text = (codec) => codec.toString();
const documented = (docs) => docs.some((line) => text(line).trim() !== '');

/** The names of a registry's types that cannot be made. An empty value of each is made to find out. */
function unknownTypes(registry) {
	return registry.lookup.types.flatMap(({ id, type }) => {
		try {
			registry.createType(registry.createLookupType(id));
			return [];
		} catch (error) {
			return [`${type.path.map(text).join('::') || id}: ${error.message}`];
		}
	});
}

/** Every version of the metadata that the chain offers, decoded apart from the others. */
async function versions(api, { Metadata, TypeRegistry }) {
	const found = [];
	for (const version of await api.call.metadata.metadataVersions()) {
		const bytes = await api.call.metadata.metadataAtVersion(version);
		// the library decodes these; newer ones are marked unstable
		if (version.toNumber() > 16 || bytes.isNone) {
			continue;
		}
		const registry = new TypeRegistry();
		const metadata = new Metadata(registry, bytes.unwrap().toHex());
		registry.setMetadata(metadata);
		const pallets = metadata.asLatest.pallets.map(({ name }) => text(name));
		found.push({ version: metadata.version, pallets, unknown: unknownTypes(registry) });
	}
	return found;
}

/** Walks through the fields of all calls and events of our pallets. */
function fields(api) {
	const list = [];
	for (const pallet of PALLETS) {
		for (const [name, { meta }] of Object.entries(api.tx[pallet] ?? {})) {
			for (const field of meta.fields) {
				list.push({ of: `${pallet}.${name}`, field });
			}
		}
		for (const [name, { meta }] of Object.entries(api.events[pallet] ?? {})) {
			for (const field of meta.fields) {
				list.push({ of: `${pallet}.${name}`, field });
			}
		}
	}
	return list;
}

/** What the metadata says of our pallets: names, documentation, types of accounts. */
export async function metadata(api, library) {
	const undocumented = [];
	const counts = {};
	for (const pallet of PALLETS) {
		const groups = {
			call: api.tx,
			error: api.errors,
			event: api.events,
			storage: api.query,
			constant: api.consts,
		};
		for (const [kind, section] of Object.entries(groups)) {
			for (const [name, item] of Object.entries(section[pallet] ?? {})) {
				const meta = item.meta ?? item.creator.meta;
				counts[`${pallet} ${kind}`] = (counts[`${pallet} ${kind}`] ?? 0) + 1;
				if (!documented(meta.docs)) {
					undocumented.push(`${kind} ${pallet}.${name}`);
				}
			}
		}
	}
	for (const [name, { meta }] of Object.entries(api.call.ostrakaApi)) {
		if (meta.description.trim() === '') {
			undocumented.push(`runtime call ostrakaApi.${name}`);
		}
	}
	const typed = fields(api).map(({ of, field }) => ({
		field: `${of}.${field.name.isSome ? text(field.name.unwrap()) : ''}`,
		named: field.name.isSome,
		declared: field.typeName.isSome ? text(field.typeName.unwrap()) : '',
		type: api.registry.lookup.getTypeDef(field.type).type,
	}));
	const { extrinsic } = api.runtimeMetadata.asLatest;
	const type = (id) => api.registry.lookup.getTypeDef(id).type;
	return {
		version: api.runtimeMetadata.version,
		versions: await versions(api, library),
		types: api.registry.lookup.types.length,
		unknown: unknownTypes(api.registry),
		counts,
		undocumented,
		unnamed: typed.filter(({ named }) => !named).map(({ field }) => field),
		accounts: typed.filter(({ declared }) => declared === 'AccountId'),
		signer:
			api.registry.lookup.getTypeDef(extrinsic.addressType).lookupName ??
			type(extrinsic.addressType),
		transferTo: text(api.tx.balances.transferKeepAlive.meta.args[0].type),
		// an extension that the library does not know must add nothing to a transaction, or it could sign none
		extensions: extrinsic.transactionExtensions.map((extension) => ({
			name: text(extension.identifier),
			explicit: type(extension.type),
			implicit: type(extension.implicit),
		})),
	};
}

/** Signs, sends, and waits for inclusion. */
async function send(tx, signer, nonce) {
	return new Promise((done, failed) => {
		tx.signAndSend(signer, { nonce }, (result) => {
			// a development chain finalizes at once and may leave "in block" out
			if (result.isInBlock || result.isFinalized) {
				done(result);
			} else if (result.isError) {
				failed(new Error(`not included: ${result.status.type}`));
			}
		}).catch(failed);
	});
}

/** A refusal as polkadot.js Apps shows it: the error's name and its documentation. */
function refusal(api, { dispatchError }) {
	if (!dispatchError) {
		return { error: null, docs: '' };
	}
	if (!dispatchError.isModule) {
		return { error: dispatchError.type, docs: '' };
	}
	const { section, name, docs } = api.registry.findMetaError(dispatchError.asModule);
	return { error: `${section}.${name}`, docs: docs.join(' ').trim() };
}

/** Sends calls that the chain refuses, all at once, and tells how it answers each. */
export async function refusals(api, signer) {
	const first = (await api.rpc.system.accountNextIndex(signer.address)).toNumber();
	return Promise.all(
		REFUSED.map(async ({ call, args, error: expected }, index) => {
			const [pallet, name] = call.split('.');
			const result = await send(api.tx[pallet][name](...args), signer, first + index);
			return { call, expected, ...refusal(api, result) };
		}),
	);
}

/** The error that a call by `signer` meets, whether the pool or the block refuses it; null if it went through. */
export async function attempt(api, call, signer) {
	try {
		return refusal(api, await send(call, signer, -1)).error;
	} catch (error) {
		return error.message;
	}
}

/** Everything the runtime API tells, in the words of the chain's own metadata. */
export async function runtimeApi(api, task, operator) {
	const calls = {
		isInsecure: [],
		nodes: [null],
		node: [operator],
		task: [task],
		result: [task],
		expectedRewards: [operator],
		class: [SUBMIT.class],
		leastFee: [
			SUBMIT.spec,
			SUBMIT.class,
			SUBMIT.dealers.length,
			SUBMIT.accept,
			SUBMIT.collect,
		],
		prices: [],
	};
	const answers = {};
	for (const [name, args] of Object.entries(calls)) {
		answers[name] = (await api.call.ostrakaApi[name](...args)).toHuman();
	}
	return { offered: Object.keys(api.call.ostrakaApi), answers };
}

/** Waits until the development chain's nodes are in selection; answers with how many there are in each role. */
export async function nodes(api, least) {
	let active = [];
	await heads(api, async () => {
		const known = await api.call.ostrakaApi.nodes(null);
		active = known.filter((node) => node.active.isTrue);
		return active.length >= least;
	});
	const roles = {};
	for (const { role } of active) {
		roles[role.type] = (roles[role.type] ?? 0) + 1;
	}
	return roles;
}

/** Calls `look` at every new head until it answers true. */
async function heads(api, look) {
	let stop;
	try {
		await new Promise((done, failed) => {
			let busy = false;
			const next = async (header) => {
				// a head that comes while the one before is looked at is made up for by the next
				if (busy) {
					return;
				}
				busy = true;
				if (await look(header)) {
					done();
				}
				busy = false;
			};
			api.rpc.chain
				.subscribeNewHeads((header) => next(header).catch(failed))
				.then((unsubscribe) => (stop = unsubscribe), failed);
		});
	} finally {
		stop?.();
	}
}

/** The events of our pallets in a block. */
async function eventsOf(api, block) {
	const at = await api.at(await api.rpc.chain.getBlockHash(block));
	const records = await at.query.system.events();
	return records
		.map(({ event }) => event)
		.filter(({ section }) => PALLETS.includes(section))
		.map((event) => ({
			block,
			name: `${event.section}.${event.method}`,
			docs: event.meta.docs.map(text).join(' ').trim(),
			fields: Object.fromEntries(
				event.data.map((value, i) => [event.data.names?.[i] ?? i, value.toHuman()]),
			),
		}));
}

/**
 * A whole task: submitted by `requester`, accepted and dealt to by whatever `deal(task)` does, followed by its events
 * until it is settled. `changes` are arguments of the submission that are not those of `SUBMIT`.
 */
export async function task(api, requester, deal, show = () => {}, changes = {}) {
	const tx = api.tx.tasks.submit(...submission(changes));
	const submitted = await send(tx, requester, -1);
	const { error, docs } = refusal(api, submitted);
	if (error) {
		throw new Error(`tasks.submit: ${error}: ${docs}`);
	}
	const { event } = submitted.events.find(({ event }) =>
		api.events.tasks.TaskSubmitted.is(event),
	);
	const number = event.data.task.toNumber();
	const events = [];
	const phases = [];
	// what goes wrong is told below; until then nobody looks
	const dealing = deal(number);
	dealing.catch(() => {});
	let next = submitted.blockNumber.toNumber();
	await heads(api, async (header) => {
		for (; next <= header.number.toNumber(); next += 1) {
			const found = (await eventsOf(api, next)).filter(
				({ fields }) => fields.task === text(number),
			);
			events.push(...found);
			found.forEach(show);
		}
		const { status } = (await api.call.ostrakaApi.task(number)).unwrap().task;
		if (phases.at(-1) !== status.type) {
			phases.push(status.type);
		}
		if (status.isSettled) {
			return true;
		}
		// a dealer's failure ends the walk; a success does not hold it up
		await Promise.race([dealing, Promise.resolve()]);
		return false;
	});
	await dealing;
	const result = (await api.call.ostrakaApi.result(number)).unwrap();
	return {
		task: number,
		call: { hex: tx.method.toHex(), human: tx.method.toHuman() },
		events,
		phases,
		info: (await api.call.ostrakaApi.task(number)).toHuman(),
		result: {
			human: result.toHuman(),
			dealers: result.dealers.toNumber(),
			sealedTo: result.sealedTo.toJSON(),
			panel: result.panel.toNumber(),
			attested: result.attested.toNumber(),
			disproven: result.disproven.toNumber(),
			// strings, as a page hands its answers over as JSON
			vector: result.vector.map((entry) => text(entry)),
		},
		record: (await api.query.tasks.records(number)).toHuman(),
		status: (await api.query.tasks.statuses(number)).toHuman(),
	};
}
