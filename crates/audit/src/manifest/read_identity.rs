//! Reads `[second_factor]`, `[sessions]`, `[ranks]` and `[links]`.

use std::collections::BTreeMap;

use super::read_instruments::read_step;
use super::toml_reader::{Field, Table};
use super::{LinkKind, Ranks, SecondFactor, Sessions};
use crate::error::Result;

pub(super) fn read_second_factor(table: &Table<'_>) -> Result<SecondFactor> {
    let hint = r#"set_up = ['POST /factor -> secret', 'POST /factor/confirm {"code":"{totp}"}']"#;
    let set_up = table.required("set_up", Field::requests, hint)?;
    if set_up.iter().all(|line| line.produces.is_none()) {
        return Err(table.trouble("nothing says where the secret stands in an answer").hint(hint));
    }
    Ok(SecondFactor { set_up, remove: table.optional("remove", Field::request)? })
}

pub(super) fn read_sessions(table: &Table<'_>) -> Result<Sessions> {
    let password = table.optional("password", Field::request)?;
    if let Some(line) = password.as_ref().filter(|line| !line.names().contains("new_password")) {
        let hint = r#"password = 'PUT /password {"old":"{password}","new":"{new_password}"}'"#;
        return Err(table.trouble(format!("`{line}` sets no new password")).hint(hint));
    }
    Ok(Sessions {
        max_after_end: table.optional("max_after_end", Field::duration)?,
        sign_out: table.optional("sign_out", Field::request)?,
        refresh: table.optional("refresh", Field::request)?,
        password,
    })
}

pub(super) fn read_ranks(table: &Table<'_>) -> Result<Ranks> {
    let give = table.optional("give", Field::request)?;
    if let Some(line) = give.as_ref().filter(|line| !line.names().contains("rank")) {
        let hint = r#"give = 'PUT /people/{actor.id}/role {"role":"{rank}"}'"#;
        return Err(table.trouble(format!("`{line}` gives no rank")).hint(hint));
    }
    let named = table.optional("named", Field::texts)?.unwrap_or_default();
    Ok(Ranks { give, named, list: table.optional("list", Field::request)? })
}

pub(super) fn read_links(table: &Table<'_>) -> Result<BTreeMap<String, LinkKind>> {
    let hint = r#"ask = 'POST /reset {"name":"{name}"}', use = 'POST /reset/{link} {"password":"{new_password}"}'"#;
    let each = table.all().into_iter().map(|(name, field)| {
        let table = field.table()?;
        let kind = LinkKind {
            ask: table.required("ask", Field::request, hint)?,
            used: table.required("use", Field::request, hint)?,
            letter: table.optional("letter", Field::filled_text)?,
            later: table.optional("later", read_step)?,
        };
        if !kind.used.names().contains("link") {
            return Err(table.trouble(format!("`{}` uses no link", kind.used)).hint(hint));
        }
        table.refuse_unknown()?;
        Ok((name, kind))
    });
    each.collect()
}
