use std::rc::Rc;

use health_macros::readiness_check;

#[readiness_check]
async fn keeps_a_pointer() -> bool {
    let pointer = Rc::new(true);
    std::future::ready(()).await;
    *pointer
}

fn main() {}
