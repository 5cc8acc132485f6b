//! `request.receipt`: the receipt of an approval.

use door::record::{Evidence, evidence};
use door::{Action, Look, Permitted, Read, Refusal, Result, Spec, Time, Verb, Way, values};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::paper::{Paper, VALUES};
use crate::ids::VersionId;
use crate::nothing::Nothing;
use crate::requests::{DECISION, Request};
use crate::standing::PROJECT_PEOPLE;

/// Shows a receipt.
pub struct ShowReceipt;

/// A receipt.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct ReceiptShown {
    /// What was approved.
    pub document: String,
    /// The version that was approved.
    pub version: VersionId,
    /// Its number, from 1.
    pub number: i64,
    /// What its file is called.
    pub file: String,
    /// Its length in bytes.
    pub size: i64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// Who approved.
    pub approved_by: String,
    /// For which company: the client's name, or the organisation's.
    pub company: String,
    /// When.
    pub approved_at: Time,
    /// The receipt with its proof, as a text to keep. Absent until the record is sealed and signed, which takes seconds; and
    /// when a person's name in it was erased.
    pub paper: Option<String>,
}

impl Action for ShowReceipt {
    type Target = Request;
    type Input = Nothing;
    type Output = ReceiptShown;
    const SPEC: Spec = Spec::new(
        "request.receipt",
        "Shows the receipt of an approval: who approved exactly which file, when, with its proof.",
        Way::Http(Verb::Get, "/projects/{project}/requests/{request}/receipt"),
        PROJECT_PEOPLE,
    )
    .not_when(&["asked", "submitted", "changes_asked", "rejected", "withdrawn"]);
}

impl Look for ShowReceipt {
    async fn look(_: &Nothing, request: &Permitted<Request>, read: &mut Read<'_>) -> Result<ReceiptShown> {
        let row = read
            .maybe(
                "SELECT d.id AS id, v.id AS version, v.number AS number, v.name AS name, v.size AS size, \
                 v.sha256 AS sha256, p.name AS approved_by, d.decided_at AS approved_at, \
                 coalesce((SELECT c.name FROM membership m JOIN client c ON c.id = m.client \
                 WHERE m.person = d.decided_by AND m.organisation = $2), o.name) AS company \
                 FROM request_decision d JOIN request_version v ON v.id = d.version \
                 JOIN person p ON p.id = d.decided_by JOIN organisation o ON o.id = $2 \
                 WHERE d.request = $1 AND d.decision = 'approved'",
                values![request.id, request.project.organisation],
            )
            .await?;
        // An archived project also holds what never was approved.
        let row = row.ok_or(Refusal::NotNow(request.state.word()))?;
        let paper = match evidence(read, DECISION, row.get::<Uuid>("id")?, 1).await? {
            Some(evidence) => paper(evidence)?,
            None => None,
        };
        Ok(ReceiptShown {
            document: request.title.clone(),
            version: row.get("version")?,
            number: row.get("number")?,
            file: row.get("name")?,
            size: row.get("size")?,
            sha256: hex::encode(row.get::<[u8; 32]>("sha256")?),
            approved_by: row.get("approved_by")?,
            company: row.get("company")?,
            approved_at: row.get("approved_at")?,
            paper: paper.map(|paper| paper.to_string()),
        })
    }
}

/// The receipt of what the record holds; `None` while there is no proof, or where a value is gone.
fn paper(evidence: Evidence) -> Result<Option<Paper>> {
    let Some(proved) = evidence.proved else { return Ok(None) };
    let value = |name: &str| {
        evidence.values.iter().find(|value| value.field == name).map(|open| (open.value.clone(), open.salt.clone()))
    };
    let [Some(document), Some(file), Some(name)] = VALUES.map(value) else { return Ok(None) };
    let broken = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, n = evidence.n, "a receipt cannot be made");
        Refusal::Broken
    };
    let key = evidence.key.parse().map_err(|error| broken(&error))?;
    Paper::new([document, file, name], proved.leaf, proved.proof, key).map(Some).map_err(|error| broken(&error))
}
