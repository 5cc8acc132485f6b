//! Several requests at the same instant: what a double click does, and what a race is made of.

use super::world::{Asked, Call, Who, World};
use crate::client::{Answer, Purpose, Request};
use futures_util::future::join_all;

impl World<'_> {
    /// Sends calls at once, each with the credentials of whoever asks and the token of his last form, and waits for all answers. A 429 is an answer, and
    /// cookies that come back are left.
    pub(crate) async fn ask_together(&mut self, calls: &[(Who, Call)], purpose: Purpose) -> Vec<Asked> {
        let requests: Vec<Result<Request, &str>> = calls
            .iter()
            .map(|(who, call)| Ok(self.with_own_token(*who, call, self.signed(*who, call, purpose)?)))
            .collect();
        let client = &self.client;
        let sent = requests.iter().map(|request| async move {
            match request {
                Ok(request) => client.send_unpaused(request, purpose).await,
                Err(why) => Answer { broken: Some((*why).into()), ..Answer::default() },
            }
        });
        let answers = join_all(sent).await;
        let mut asked = Vec::new();
        for ((who, call), answer) in calls.iter().zip(answers) {
            let exchange = self.exchange(*who, call, &answer);
            self.look_for_secrets(*who, call, &answer, exchange.reading);
            asked.push(Asked { exchange, answer });
        }
        asked
    }
}
