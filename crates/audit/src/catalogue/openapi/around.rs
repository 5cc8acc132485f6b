//! What stands around an operation: its links, its protection, the server that it is asked at.

use serde_json::{Map, Value};

use super::{Reader, resolved, text_of};
use crate::catalogue::{Link, Protection};

impl Reader {
    pub(super) fn links(&self, operation: &Map<String, Value>) -> Vec<Link> {
        let mut links = Vec::new();
        let responses = operation.get("responses").and_then(Value::as_object);
        for response in responses.into_iter().flat_map(Map::values) {
            let response = resolved(&self.document, response);
            for link in response.get("links").and_then(Value::as_object).into_iter().flat_map(Map::values) {
                let link = resolved(&self.document, link);
                let Some(link) = link.as_object() else { continue };
                let parameters = link.get("parameters").and_then(Value::as_object).into_iter().flatten();
                links.push(Link {
                    operation_id: text_of(link, "operationId").map(str::to_owned),
                    operation_ref: text_of(link, "operationRef").map(str::to_owned),
                    parameters: parameters
                        .filter_map(|(name, value)| Some((name.clone(), crate::json_path::scalar_text(value)?)))
                        .collect(),
                });
            }
        }
        links
    }

    pub(super) fn protection(&self, operation: &Map<String, Value>) -> Protection {
        let Some(security) = operation.get("security").or_else(|| self.document.get("security")) else {
            return Protection::Silent;
        };
        let Some(alternatives) = security.as_array() else { return Protection::Silent };
        let mut schemes: Vec<String> = Vec::new();
        for alternative in alternatives.iter().filter_map(Value::as_object) {
            if alternative.is_empty() {
                return Protection::Open;
            }
            schemes.extend(alternative.keys().cloned());
        }
        schemes.sort();
        schemes.dedup();
        if schemes.is_empty() { Protection::Open } else { Protection::Protected(schemes) }
    }

    /// The path of the server that fits best: a relative one, one on this machine, or the first. The host is always
    /// the target's.
    pub(super) fn base(&self, item: &Map<String, Value>, operation: &Map<String, Value>) -> String {
        if self.swagger {
            return clean_base(self.document.get("basePath").and_then(Value::as_str).unwrap_or_default());
        }
        let of = |owner: Option<&Value>| owner.and_then(Value::as_array).filter(|servers| !servers.is_empty()).cloned();
        let servers = of(operation.get("servers"))
            .or_else(|| of(item.get("servers")))
            .or_else(|| of(self.document.get("servers")));
        let addresses: Vec<String> = servers.unwrap_or_default().iter().filter_map(server_address).collect();
        let relative = addresses.iter().find(|address| !address.contains("://") && !address.starts_with("//"));
        let local = addresses
            .iter()
            .find(|address| ["//localhost", "//127.", "//[::1]"].iter().any(|host| address.contains(host)));
        clean_base(relative.or(local).or(addresses.first()).map_or("", String::as_str))
    }
}

fn server_address(server: &Value) -> Option<String> {
    let mut address = server.get("url")?.as_str()?.to_owned();
    for (name, variable) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
        let default = variable.get("default").and_then(crate::json_path::scalar_text).unwrap_or_default();
        address = address.replace(&format!("{{{name}}}"), &default);
    }
    Some(address)
}

/// Only the path of an address, with a slash before it and none behind.
fn clean_base(address: &str) -> String {
    let after_host = match address.split_once("//") {
        Some((scheme, rest)) if scheme.is_empty() || scheme.ends_with(':') => {
            rest.find('/').map_or("", |slash| &rest[slash..])
        }
        _ => address,
    };
    let path = after_host.split(['?', '#']).next().unwrap_or_default().trim_start_matches('.');
    let path = path.trim_matches('/');
    if path.is_empty() { String::new() } else { format!("/{path}") }
}
