//! A transaction of this runtime: its extensions, and how the offchain worker makes one.

use crate::{Address, Runtime, RuntimeCall, Signature};
use frame_system::offchain::{
	CreateAuthorizedTransaction, CreateBare, CreateTransaction, CreateTransactionBase,
};
use sp_runtime::generic;

/// Checks and side effects of a transaction, in order. `AuthorizeCall` comes first: it gives a worker's call its
/// origin, which the others then see. All but the SDK's own are left out on purpose: wallets can encode none they
/// do not know.
pub type TxExtension = cumulus_pallet_weight_reclaim::StorageWeightReclaim<
	Runtime,
	(
		frame_system::AuthorizeCall<Runtime>,
		frame_system::CheckNonZeroSender<Runtime>,
		frame_system::CheckSpecVersion<Runtime>,
		frame_system::CheckTxVersion<Runtime>,
		frame_system::CheckGenesis<Runtime>,
		frame_system::CheckEra<Runtime>,
		frame_system::CheckNonce<Runtime>,
		frame_system::CheckWeight<Runtime>,
		pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
		frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
	),
>;

/// A transaction as it comes in.
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;

/// What a signature covers.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;

/// Extensions of a transaction that never expires and tips nothing: what a worker's call has, and, with the
/// signer's nonce, a plain signed one. `shown`: whether the metadata's digest is under the signature.
pub fn extension(nonce: crate::Nonce, shown: bool) -> TxExtension {
	TxExtension::new((
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckEra::from(generic::Era::Immortal),
		frame_system::CheckNonce::from(nonce),
		frame_system::CheckWeight::new(),
		pallet_transaction_payment::ChargeTransactionPayment::from(0),
		frame_metadata_hash_extension::CheckMetadataHash::new(shown),
	))
}

/// What is signed of `call` beside what is sent: made without a chain's state, for tools that link the runtime. `digest`
/// is of the metadata by which a wallet showed the call to who signs; `None` if nobody asks for it.
pub fn payload(
	call: RuntimeCall,
	nonce: crate::Nonce,
	genesis: crate::Hash,
	digest: Option<[u8; 32]>,
) -> SignedPayload {
	let implicit = (
		(),
		(),
		crate::VERSION.spec_version,
		crate::VERSION.transaction_version,
		genesis,
		genesis,
		(),
		(),
		(),
		digest,
	);
	SignedPayload::from_raw(call, extension(nonce, digest.is_some()), implicit)
}

impl<C> CreateTransactionBase<C> for Runtime
where
	RuntimeCall: From<C>,
{
	type Extrinsic = UncheckedExtrinsic;
	type RuntimeCall = RuntimeCall;
}

impl<C> CreateTransaction<C> for Runtime
where
	RuntimeCall: From<C>,
{
	type Extension = TxExtension;

	fn create_transaction(call: RuntimeCall, extension: TxExtension) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_transaction(call, extension)
	}
}

impl<C> CreateBare<C> for Runtime
where
	RuntimeCall: From<C>,
{
	fn create_bare(call: RuntimeCall) -> UncheckedExtrinsic {
		UncheckedExtrinsic::new_bare(call)
	}
}

impl<C> CreateAuthorizedTransaction<C> for Runtime
where
	RuntimeCall: From<C>,
{
	fn create_extension() -> TxExtension {
		extension(0, false)
	}
}
