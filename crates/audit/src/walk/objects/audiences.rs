//! Things that are meant for some and not for others: a message that is internal, one that the client reads too. What
//! leaks may be of either kind, so one of each is made.

use super::super::cell::means_everybody;
use super::super::world::World;
use super::keys::key_at;
use super::{KeyPlace, Way};
use crate::catalogue::Body;
use crate::client::Purpose;
use crate::plan::slots::words;
use serde_json::Value;

/// Words in the name of a field that says whom a thing is meant for.
const AUDIENCE: &[&str] =
    &["visibility", "visible", "audience", "access", "privacy", "confidentiality", "classification", "sharing"];
/// Most kinds of audience that are tried.
const AUDIENCES_MAX: usize = 4;

impl World<'_> {
    /// Beside a standing object, one for each other audience that its maker can choose. What is meant for everybody is
    /// left out: that it can be read says nothing.
    pub(in crate::walk) async fn stand_for_each_audience(&mut self, standing: usize) {
        if !self.populated.insert(standing) {
            return;
        }
        let object = self.objects[standing].clone();
        let Some(Ok(Way::Action(maker, key_place))) = self.ways.get(&object.slot).cloned() else { return };
        let Some((field, audiences)) = self.audiences(maker) else { return };
        let used = self.bodies.get(&maker).and_then(|body| body.get(&field)).cloned();
        let mut keys = object.keys.clone();
        keys.remove(&object.slot);
        for audience in audiences.into_iter().filter(|audience| Some(audience) != used.as_ref()) {
            let Ok(mut call) = self.call_for(maker, object.owner, &keys, None, 0).await else { return };
            let Some(Value::Object(mut body)) = call.sent_json() else { return };
            body.insert(field.clone(), audience);
            call.body = self.body_like(maker, Value::Object(body));
            let asked = self.ask(Some(object.owner), &call, Purpose::SetUp).await;
            if !asked.succeeded() {
                continue;
            }
            let key = match &key_place {
                KeyPlace::Row(list, path) => self.key_in_row(*list, path, object.owner, &keys, &call).await,
                place => key_at(place, &asked, &call),
            };
            let chosen = matches!(key_place, KeyPlace::Sent(_) | KeyPlace::Path);
            self.keep_object(object.slot, object.owner, keys.clone(), key.unwrap_or_default(), &call, chosen);
        }
    }

    /// The field by which a maker's body chooses who may see the thing, with its values.
    fn audiences(&self, maker: usize) -> Option<(String, Vec<Value>)> {
        let media = self.action(maker).body.as_ref().and_then(Body::best)?;
        let says = |name: &str| words(name).iter().any(|word| AUDIENCE.contains(&word.as_str()));
        let (field, schema) = media.schema.properties().into_iter().find(|(name, _)| says(name))?;
        let listed = schema.enumeration();
        let some = listed.iter().filter(|value| value.as_str().is_some_and(|text| !means_everybody(text)));
        let some: Vec<Value> = some.cloned().collect();
        (listed.len() <= AUDIENCES_MAX && !some.is_empty()).then_some((field, some))
    }
}
