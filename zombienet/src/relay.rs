//! The relay chain and the collators, which zombienet-sdk starts.

use crate::{
	files::{Built, Variant},
	proxy::Proxy,
};
use anyhow::{ensure, Context, Result};
use ostraka_client::{
	chain::link::{Link, PATIENCE},
	testbed::node::free_port,
};
use std::{
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	time::Duration,
};
use zombienet_sdk::{
	subxt::{
		dynamic::{self, Value},
		PolkadotConfig,
	},
	subxt_signer::sr25519::dev,
	Arg, LocalFileSystem, Network, NetworkConfig, NetworkConfigBuilder, NetworkConfigExt,
	NetworkNode,
};

/// The parachain's number, as in the genesis preset.
pub const PARA_ID: u32 = 2000;
/// The collators' names.
pub const COLLATORS: [&str; 2] = ["collator-1", "collator-2"];
/// The validators' names.
pub const VALIDATORS: [&str; 2] = ["alice", "bob"];
/// A full node of the relay chain, which sees what the validators make of it.
const WITNESS: &str = "eve";
/// Seconds that the network may take to be up: on two cores the nodes' start takes turns.
const START: u32 = 600;
/// Blocks by which a new fork is longer before anybody else sees it.
const AHEAD: u32 = 4;
/// Between two looks at it.
const PAUSE: Duration = Duration::from_secs(1);

/// The relay chain with the collators.
pub struct Relay {
	network: Network<LocalFileSystem>,
	folder: PathBuf,
	/// The validator's binary.
	binary: PathBuf,
	/// The node that the parachain's nodes ask.
	asked: &'static str,
	/// What stands between each collator and that node, if anything does.
	proxies: Vec<Proxy>,
}

/// How the collators reach the relay chain.
struct Ways {
	/// The RPC port of the first validator, if it is fixed beforehand.
	port: Option<u16>,
	/// The RPC that each collator asks.
	urls: [String; 2],
}

impl Relay {
	/// Starts two validators and two collators; with a `witness` a full node too, which the parachain's nodes ask in place
	/// of a validator. If they are `proxied`, the collators ask the first validator by a proxy each.
	///
	/// # Errors
	/// If they do not come up.
	pub async fn start(
		built: &Built,
		variant: Variant,
		folder: &Path,
		witness: bool,
		proxied: bool,
	) -> Result<Self> {
		let folder = folder.join("relay");
		let asked = if witness { WITNESS } else { VALIDATORS[0] };
		let mut proxies = Vec::new();
		let ways = if proxied {
			let port = free_port()?;
			let (first, second) = (Proxy::start(port).await?, Proxy::start(port).await?);
			let urls = [first.url().to_owned(), second.url().to_owned()];
			proxies.extend([first, second]);
			Ways { port: Some(port), urls }
		} else {
			let direct = || format!("{{{{ZOMBIE:{asked}:ws_uri}}}}");
			Ways { port: None, urls: [direct(), direct()] }
		};
		let network = config(built, variant, &folder, asked, &ways)?
			.spawn_native()
			.await
			.context("the relay chain and the collators do not start")?;
		network
			.wait_until_is_up(u64::from(START))
			.await
			.context("a validator or collator does not come up")?;
		Ok(Self { network, folder, binary: built.relay(), asked, proxies })
	}

	/// A validator or collator by its name.
	///
	/// # Errors
	/// If there is none.
	pub fn node(&self, name: &str) -> Result<&NetworkNode> {
		self.network.get_node(name)
	}

	/// What stands between a collator, by its place, and the relay chain.
	///
	/// # Errors
	/// If nothing does.
	pub fn proxy(&self, collator: usize) -> Result<&Proxy> {
		self.proxies.get(collator).context("the collators ask the relay chain without a proxy")
	}

	/// RPC of the node that the parachain's nodes ask.
	///
	/// # Errors
	/// If there is none.
	pub fn rpc(&self) -> Result<String> {
		Ok(self.node(self.asked)?.ws_uri().to_owned())
	}

	/// The relay chain's specification, as the network uses it.
	pub fn spec(&self) -> PathBuf {
		self.absolute(self.network.relaychain().chain_spec_path())
	}

	/// The parachain's specification, as the network uses it.
	///
	/// # Errors
	/// If there is none.
	pub fn para_spec(&self) -> Result<PathBuf> {
		let para = self.network.parachain(PARA_ID).context("the network has no parachain")?;
		Ok(self.absolute(para.chain_spec_path().context("the parachain has no specification")?))
	}

	/// Addresses of the collators on the parachain's network.
	///
	/// # Errors
	/// If there are none.
	pub fn addresses(&self) -> Result<Vec<String>> {
		COLLATORS.iter().map(|name| Ok(self.node(name)?.multiaddr().to_owned())).collect()
	}

	/// Number of the relay chain's best block.
	///
	/// # Errors
	/// If the node that is asked does not answer.
	pub async fn best(&self) -> Result<u32> {
		self.best_of(self.asked).await
	}

	async fn best_of(&self, name: &str) -> Result<u32> {
		let link = Link::open(self.node(name)?.ws_uri(), PATIENCE).await?;
		let header = link.ask(|rpc| async move { rpc.chain_get_header(None).await }).await?;
		Ok(u32::try_from(header.context("the relay chain has no block")?.number)?)
	}

	/// Starts the validators again such that no block becomes final any more.
	///
	/// # Errors
	/// If they do not come up.
	pub async fn hold_finality(&self) -> Result<()> {
		for name in VALIDATORS {
			self.again(name, None, &["--no-grandpa"]).await?;
		}
		Ok(())
	}

	/// Lets one validator and the witness stand still, and the other validator forget so many blocks and make others in
	/// their place; then shows these to the witness, and waits until it has taken the heavier fork.
	///
	/// # Errors
	/// If it does not come up.
	pub async fn fork(&self, back: u32) -> Result<()> {
		let lost = self.best().await?;
		// whoever has the other fork would only give it back
		for name in [VALIDATORS[0], WITNESS] {
			self.node(name)?.pause().await?;
		}
		let script = self.folder.join("go-back.sh");
		let text = format!(
			"#!/bin/sh\nset -e\nfor word in \"$@\"; do\n\tcase $before in --base-path) base=$word ;; --chain) \
			 chain=$word ;; esac\n\tbefore=$word\ndone\n{0} revert {back} --database paritydb --base-path \"$base\" --chain \"$chain\"\nexec \
			 {0} \"$@\"\n",
			self.binary.display()
		);
		std::fs::write(&script, text)?;
		std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755))?;
		// alone, it would wait for the network otherwise
		self.again(VALIDATORS[1], Some(&script), &["--no-grandpa", "--force-authoring"]).await?;
		// the heavier fork is the one with more primary slots: about a quarter of all
		self.reaches(VALIDATORS[1], lost + AHEAD).await?;
		self.node(WITNESS)?.resume().await?;
		self.reaches(WITNESS, lost + AHEAD).await
	}

	async fn reaches(&self, name: &str, number: u32) -> Result<()> {
		while self.best_of(name).await? < number {
			tokio::time::sleep(PAUSE).await;
		}
		Ok(())
	}

	/// Lets both validators work together again, and blocks become final.
	///
	/// # Errors
	/// If they do not come up.
	pub async fn rejoin(&self) -> Result<()> {
		self.node(VALIDATORS[0])?.resume().await?;
		for name in VALIDATORS {
			self.again(name, None, &[]).await?;
		}
		Ok(())
	}

	/// Starts a validator again with more flags, by another program if one is given.
	async fn again(&self, name: &str, program: Option<&Path>, flags: &[&str]) -> Result<()> {
		let node = self.node(name)?;
		let program = program.unwrap_or(&self.binary).to_str().map(str::to_owned);
		let mut arguments = validator();
		arguments.extend(flags.iter().map(|flag| (*flag).into()));
		node.restart_with(Vec::new(), program, Some(arguments), None).await?;
		node.wait_until_is_up(u64::from(START)).await
	}

	/// Has the relay chain's Root, which is Alice's sudo key here and a referendum elsewhere, order the parachain to run a call as
	/// its Root: by `XcmPallet.send`. Returns when that is final on the relay chain.
	///
	/// # Errors
	/// If the relay chain does not send it.
	pub async fn order(&self, call: &[u8]) -> Result<()> {
		let client = self.node(self.asked)?.wait_client::<PolkadotConfig>().await?;
		let sudo = dynamic::tx("Sudo", "sudo", vec![("call", send(order(call)))]);
		let sent = client.tx().sign_and_submit_then_watch_default(&sudo, &dev::alice()).await?;
		let told = sent.wait_for_finalized_success().await?;
		let told = told.iter().collect::<Result<Vec<_>, _>>()?;
		let sent = told
			.iter()
			.any(|event| event.pallet_name() == "XcmPallet" && event.variant_name() == "Sent");
		ensure!(sent, "the relay chain did not send the order");
		Ok(())
	}

	/// Stops all of it.
	///
	/// # Errors
	/// If a process cannot be stopped.
	pub async fn stop(self) -> Result<()> {
		Ok(self.network.destroy().await?)
	}

	fn absolute(&self, path: &Path) -> PathBuf {
		match path.is_absolute() {
			true => path.to_owned(),
			false => self.folder.join(path),
		}
	}
}

/// A validator's flags. There is no RocksDB, which it would take otherwise (shims/README.md). With the other network backend a node
/// that has no GRANDPA keeps no connection.
fn validator() -> Vec<Arg> {
	vec![
		("--database", "paritydb").into(),
		"--no-telemetry".into(),
		"--no-mdns".into(),
		("--network-backend", "libp2p").into(),
	]
}

fn config(
	built: &Built,
	variant: Variant,
	folder: &Path,
	asked: &str,
	ways: &Ways,
) -> Result<NetworkConfig> {
	let text = |path: PathBuf| {
		path.to_str().map(str::to_owned).with_context(|| format!("{} is not UTF-8", path.display()))
	};
	let (relay, relay_spec) = (text(built.relay())?, text(built.relay_spec(variant))?);
	let (node, para_spec) =
		(text(built.node().path().to_owned())?, text(built.para_spec(variant))?);
	let [first, second] = &ways.urls;
	let collator = |relay_chain: &String| {
		vec![
			("--database", "paritydb").into(),
			("--state-pruning", "archive").into(),
			"--no-telemetry".into(),
			"--no-mdns".into(),
			// the relay chain's node in the collator: only what collating needs
			("--relay-chain-rpc-urls", relay_chain.as_str()).into(),
			"--".into(),
			"--no-mdns".into(),
		]
	};
	NetworkConfigBuilder::new()
		.with_relaychain(|chain| {
			let chain = chain
				.with_chain("rococo-local")
				.with_default_command(relay.as_str())
				.with_chain_spec_path(PathBuf::from(relay_spec))
				.with_default_args(validator())
				.with_validator(|node| {
					let node = node.with_name(VALIDATORS[0]);
					match ways.port {
						Some(port) => node.with_rpc_port(port),
						None => node,
					}
				})
				.with_validator(|node| node.with_name(VALIDATORS[1]));
			match asked {
				WITNESS => chain.with_fullnode(|node| node.with_name(WITNESS)),
				_ => chain,
			}
		})
		.with_parachain(|chain| {
			chain
				.with_id(PARA_ID)
				.with_chain_spec_path(PathBuf::from(para_spec))
				.with_default_command(node.as_str())
				.with_collator(|node| node.with_name(COLLATORS[0]).with_args(collator(first)))
				.with_collator(|node| node.with_name(COLLATORS[1]).with_args(collator(second)))
		})
		.with_global_settings(|settings| {
			settings
				.with_base_dir(folder)
				.with_network_spawn_timeout(START)
				.with_node_spawn_timeout(START)
				.with_tear_down_on_failure(false)
		})
		.build()
		.map_err(|errors| {
			let errors: Vec<String> = errors.iter().map(ToString::to_string).collect();
			anyhow::anyhow!("the network's description is not sound: {}", errors.join("; "))
		})
}

/// The order to run a call as Root, as the latest version of XCM has it.
fn order(call: &[u8]) -> Value {
	let none = || Value::unnamed_variant("None", []);
	let unlimited = Value::unnamed_variant("Unlimited", []);
	let unpaid = [("weight_limit", unlimited), ("check_origin", none())];
	let transact = [
		("origin_kind", Value::unnamed_variant("Superuser", [])),
		("fallback_max_weight", none()),
		("call", Value::named_composite([("encoded", Value::from_bytes(call))])),
	];
	let steps = Value::unnamed_composite([
		Value::named_variant("UnpaidExecution", unpaid),
		Value::named_variant("Transact", transact),
	]);
	Value::unnamed_variant("V5", [Value::unnamed_composite([steps])])
}

/// The relay chain's call that sends this to the parachain.
fn send(message: Value) -> Value {
	let parachain = Value::unnamed_variant("Parachain", [Value::u128(PARA_ID.into())]);
	let interior = Value::unnamed_variant("X1", [Value::unnamed_composite([parachain])]);
	let place = Value::named_composite([("parents", Value::u128(0)), ("interior", interior)]);
	let dest = Value::unnamed_variant("V5", [place]);
	let send = Value::named_variant("send", [("dest", dest), ("message", message)]);
	Value::unnamed_variant("XcmPallet", [send])
}
