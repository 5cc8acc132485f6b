//! Headers that repeat what the service said before: where to go on (`Upload-Offset`), which version one has read
//! (`If-Match`, RFC 9110 section 13.1).

use super::world::World;
use crate::client::Purpose;
use crate::compare::leaves;
use crate::plan::slots::words;
use std::collections::BTreeMap;

/// Conditions, and the header of an earlier answer that they repeat.
const CONDITIONS: [(&str, &str); 2] = [("if-match", "etag"), ("if-unmodified-since", "last-modified")];

impl World<'_> {
    /// What the object of an action says for a header that the action asks for: the header of that name, or the field that
    /// the name ends in, as in `Upload-Offset` and `offset`.
    pub(super) async fn header_told(
        &mut self,
        action: usize,
        actor: usize,
        keys: &BTreeMap<usize, String>,
        name: &str,
    ) -> Option<String> {
        let (slot, _) = self.slots.of(action).last()?;
        let item = self.slots.all[*slot].item.filter(|item| *item != action && !self.avoided.contains_key(item))?;
        let call = self.read_call(item, keys).ok()?;
        let asked = self.ask(Some(actor), &call, Purpose::SetUp).await;
        if !asked.succeeded() {
            return None;
        }
        let name = name.to_lowercase();
        let repeated =
            CONDITIONS.iter().find(|(condition, _)| *condition == name).map_or(name.as_str(), |(_, told)| told);
        let header = asked.answer.header(repeated).map(str::to_owned);
        header.or_else(|| {
            let wanted = words(&name);
            let shown = asked.answer.json().map(|value| leaves(&value)).unwrap_or_default();
            let fits = |path: &str| wanted.ends_with(&words(path.rsplit(['.', ']']).next().unwrap_or_default()));
            shown.into_iter().find(|(path, text)| !text.is_empty() && fits(path)).map(|(_, text)| text)
        })
    }
}
