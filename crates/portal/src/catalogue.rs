//! Every action of the portal: its table of contents.

use door::{Catalogue, Relation, Relations, Spec, Way};

use crate::identity::factor;
use crate::privacy::{copy, incidents, keeping, leave, processing};
use crate::{backup, identity, installation, messages, organisations, projects, requests, trail, vault, watch};

/// The list.
#[must_use]
pub fn catalogue() -> Catalogue {
    Catalogue::default()
        .receive::<identity::Open>()
        .look::<identity::ShowSession>()
        .receive::<identity::Confirm>()
        .change::<identity::Close>()
        .look::<identity::Show>()
        .look::<identity::ListEvents>()
        .receive::<identity::SetPassword>()
        .change::<factor::BeginFactor>()
        .change::<factor::ConfirmFactor>()
        .change::<factor::RemoveFactor>()
        .change::<factor::CreateRecoveryCodes>()
        .change::<identity::EndSession>()
        .change::<identity::EndOthers>()
        .receive::<identity::CreateToken>()
        .change::<identity::Revoke>()
        .stream::<copy::CopyAccount>()
        .change::<leave::DeleteAccount>()
        .change::<leave::KeepAccount>()
        .look::<organisations::Show>()
        .stream::<copy::CopyOrganisation>()
        .change::<organisations::Enter>()
        .look::<organisations::ListClients>()
        .change::<organisations::CreateClient>()
        .stream::<copy::CopyClient>()
        .look::<projects::List>()
        .change::<projects::Create>()
        .look::<projects::Show>()
        .change::<projects::SetStatus>()
        .look::<projects::ListMembers>()
        .change::<projects::AddMember>()
        .change::<projects::RemoveMember>()
        .look::<messages::List>()
        .change::<messages::Post>()
        .look::<requests::Waiting>()
        .look::<requests::List>()
        .change::<requests::Create>()
        .look::<requests::Show>()
        .change::<requests::PostComment>()
        .change::<requests::Withdraw>()
        .look::<requests::ListVersions>()
        .receive::<requests::Submit>()
        .receive::<requests::Begin>()
        .look::<requests::ShowUpload>()
        .keep::<requests::Append>()
        .change::<requests::Drop>()
        .stream::<requests::Download>()
        .stream::<requests::Preview>()
        .stream::<requests::Bundle>()
        .change::<requests::Approve>()
        .change::<requests::AskForChanges>()
        .change::<requests::Reject>()
        .look::<requests::ShowReceipt>()
        .look::<vault::List>()
        .change::<vault::Store>()
        .disclose::<vault::Reveal>()
        .look::<trail::List>()
        .stream::<trail::Export>()
        .look::<trail::Replay>()
        .look::<trail::push::ListWebhooks>()
        .change::<trail::push::CreateWebhook>()
        .look::<trail::push::ShowWebhookState>()
        .change::<trail::push::SetWebhookAddress>()
        .change::<trail::push::RotateWebhook>()
        .receive::<trail::push::TestWebhook>()
        .change::<trail::push::RemoveWebhook>()
        .look::<trail::ListEvents>()
        .look::<trail::ShowMatrix>()
        .look::<processing::ShowTrust>()
        .look::<processing::ShowProcessing>()
        .change::<processing::SetProcessing>()
        .look::<keeping::ShowRetention>()
        .change::<keeping::SetRetention>()
        .change::<keeping::CreateHold>()
        .change::<keeping::LiftHold>()
        .look::<incidents::ListIncidents>()
        .change::<incidents::Open>()
        .look::<incidents::ShowIncident>()
        .change::<incidents::Note>()
        .look::<installation::Readiness>()
        .receive::<installation::SetUp>()
        .change::<watch::See>()
        .receive::<organisations::Create>()
        .receive::<identity::CreatePerson>()
        .change::<factor::ForgetFactor>()
        .change::<organisations::SetMembershipState>()
        .receive::<installation::FillDemo>()
        .change::<installation::Move>()
        .change::<installation::BeginMaintenance>()
        .change::<installation::EndMaintenance>()
        .receive::<backup::Run>()
        .receive::<backup::Drill>()
        .receive::<backup::PutBack>()
        .change::<backup::ConfirmKit>()
        .change::<requests::RotateKey>()
        .change::<leave::DeletePerson>()
        .receive::<leave::Erase>()
        .keep::<leave::Forget>()
        .change::<identity::Sweep>()
        .keep::<requests::Sweep>()
        .receive::<keeping::Sweep>()
        .keep::<trail::push::Push>()
        .keep::<trail::Sweep>()
        .seals(LEDGER_SEAL)
        .anchors(LEDGER_ANCHOR)
}

const LEDGER_SEAL: Spec = Spec::new(
    "ledger.seal",
    "Gives what was recorded its place in the sealed log, and signs how far it goes.",
    Way::Job { every_seconds: 1 },
    Relations::of(&[Relation::JOB]),
);

const LEDGER_ANCHOR: Spec = Spec::new(
    "ledger.anchor",
    "Takes the newest signed checkpoint to the anchors outside that want one.",
    Way::Job { every_seconds: 10 },
    Relations::of(&[Relation::JOB]),
);
