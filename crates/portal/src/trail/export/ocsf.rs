//! An event as the Open Cybersecurity Schema Framework has it: class API Activity (6003), with the attributes that the
//! class requires. What the schema has no place for stands under `unmapped`, with the event's place in the sealed log.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::TrailEvent;

/// The version of the schema that this follows.
const SCHEMA: &str = "1.5.0";
const CATEGORY: u32 = 6;
const CLASS: u32 = 6003;

/// The event.
pub(super) fn event(event: &TrailEvent) -> Value {
    let (activity, activity_name) = activity(&event.action);
    let time = event.at.parse::<Timestamp>().map_or(0, Timestamp::as_millisecond);
    let done = event.result == "done";
    json!({
        "activity_id": activity,
        "activity_name": activity_name,
        "category_uid": CATEGORY,
        "category_name": "Application Activity",
        "class_uid": CLASS,
        "class_name": "API Activity",
        "type_uid": CLASS * 100 + activity,
        "type_name": format!("API Activity: {activity_name}"),
        "time": time,
        "severity_id": 1,
        "severity": "Informational",
        "status_id": if done { 1 } else { 2 },
        "status": if done { "Success" } else { "Failure" },
        "status_detail": event.facts.get("why"),
        "metadata": {
            "version": SCHEMA,
            "product": {
                "vendor_name": "Plimsoll",
                "name": "plimsoll-portal",
                "version": env!("CARGO_PKG_VERSION"),
            },
            "uid": event.id,
            "event_code": event.action,
            "log_name": event.chain,
            "sequence": event.seal.as_ref().map(|seal| seal.sequence),
            "correlation_uid": event.request,
            "original_time": event.at,
        },
        "actor": actor(event),
        "api": {
            "operation": event.action,
            "request": { "uid": event.request },
            "service": { "name": "plimsoll-portal" },
        },
        // The class wants one; nobody's address is known of the portal's own jobs, or once it was erased.
        "src_endpoint": match &event.source {
            Some(address) => json!({ "ip": address }),
            None => json!({ "name": "unknown" }),
        },
        "resources": event
            .objects
            .iter()
            .map(|object| json!({ "uid": object.id, "type": object.kind, "name": object.name }))
            .collect::<Vec<_>>(),
        "unmapped": {
            "number": event.number,
            "result": event.result,
            "relations": event.relations,
            "facts": event.facts,
            "private": event.private,
            "record_integrity": event.seal.as_ref().map(|seal| json!({
                "log_index": seal.index,
                "sequence": seal.sequence,
                "leaf_hash": seal.leaf,
                "hash_algorithm": "SHA-256",
            })),
        },
    })
}

fn actor(event: &TrailEvent) -> Value {
    match event.actor {
        Some(id) => json!({ "user": { "uid": id, "name": event.actor_name, "type_id": 1, "type": "User" } }),
        None => json!({ "app_name": match event.actor_kind.as_str() {
            "job" => "plimsoll-portal, by schedule",
            "console" => "plimsoll-portal, by its operator",
            _ => "somebody not signed in",
        } }),
    }
}

/// The class knows four activities; an action's last word says which it is.
fn activity(action: &str) -> (u32, &'static str) {
    match action.rsplit('.').next().unwrap_or_default() {
        "create" | "add" | "post" | "store" | "open" | "set_up" | "fill" | "join" | "begin" | "submit" | "run" => {
            (1, "Create")
        }
        "list" | "show" | "reveal" | "export" | "report" | "replay" | "waiting" | "receipt" | "download"
        | "preview" | "bundle" | "copy" => (2, "Read"),
        "set" | "enter" | "rotate" | "seal" | "anchor" | "move" | "test" | "push" | "append" | "approve" | "reject"
        | "ask" | "withdraw" | "drill" | "put_back" | "end" | "confirm" | "keep" | "see" | "note" | "lift" | "send"
        | "archive" | "reopen" | "clear" | "reset" | "renew" | "accept" | "suspend" | "resume" | "connect"
        | "change" | "verify" | "check" => (3, "Update"),
        "remove" | "close" | "revoke" | "sweep" | "delete" | "erase" | "prune" | "drop" | "forget" | "leave" => {
            (4, "Delete")
        }
        _ => (99, "Other"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_an_activity_of_the_class() {
        for entry in crate::catalogue::catalogue().entries() {
            let (activity, name) = activity(entry.spec.name);
            assert!(activity != 99, "{}: say in `activity` what it does, not {name}", entry.spec.name);
        }
    }
}
