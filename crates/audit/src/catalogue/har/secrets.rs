//! What of a recording must never be kept: gathered first, so that a token is known wherever it comes again.

use serde_json::Value;

use super::body;
use super::entry::{answered, headers, named_values};
use crate::evidence::{Secrets, is_secret_name, is_told_key};
use crate::json_path::{Step, leaves};
use crate::page::is_form_token;

/// Shortest value of a cookie that is a secret: shorter ones are choices, and stand in other texts by chance.
const COOKIE_BYTES_MIN: usize = 8;

/// Credentials, cookies, and values under names of secrets, of all entries.
pub(crate) fn of(entries: &[Value]) -> Secrets {
    let secrets = Secrets::default();
    for entry in entries {
        for side in ["request", "response"] {
            for (name, value) in headers(entry, side).filter(|(name, _)| is_secret_name(name)) {
                add_header(&secrets, name, value);
            }
            let cookies = named_values(entry.pointer(&format!("/{side}/cookies")));
            cookies.for_each(|(_, value)| add_cookie(&secrets, value));
        }
        let query = named_values(entry.pointer("/request/queryString"));
        query.filter(|(name, _)| is_secret_name(name)).for_each(|(_, value)| secrets.add(value));
        let sent = entry.pointer("/request/postData").and_then(body::read).map(|sent| sent.value);
        for value in [sent, answered(entry)].into_iter().flatten() {
            for (path, leaf) in leaves(&value) {
                let (Some(Step::Name(name)), Some(text)) = (path.steps.last(), crate::json_path::scalar_text(leaf))
                else {
                    continue;
                };
                if is_secret_name(name) || is_form_token(name) || is_told_key(name, &text) {
                    secrets.add(&text);
                }
            }
        }
    }
    secrets
}

fn add_header(secrets: &Secrets, name: &str, value: &str) {
    let name = name.to_lowercase();
    if name == "cookie" {
        value.split(';').filter_map(|one| one.split_once('=')).for_each(|(_, value)| add_cookie(secrets, value));
    } else if name == "set-cookie" {
        let first = value.split(';').next().and_then(|one| one.split_once('='));
        first.into_iter().for_each(|(_, value)| add_cookie(secrets, value));
    } else {
        // `Bearer TOKEN`: the scheme is no secret.
        secrets.add(value.split_once(' ').map_or(value, |(_, token)| token).trim());
    }
}

fn add_cookie(secrets: &Secrets, value: &str) {
    if COOKIE_BYTES_MIN <= value.trim().len() {
        secrets.add(value.trim());
    }
}
