use health_macros::{checks, readiness_check};
use health_tower::State;

mod r#mod {
    use super::*;

    #[readiness_check]
    pub(crate) async fn r#type(r#fn: State<u32>, r#async: &u64) -> bool {
        *r#fn == 1 && *r#async == 2
    }
}

#[readiness_check]
fn r#plain() -> bool {
    true
}

fn main() {
    let names = checks![r#mod::r#type, plain, r#plain].map(|check| format!("{check:?}"));
    assert_eq!(
        names,
        [
            "CheckRef(\"type\")",
            "CheckRef(\"plain\")",
            "CheckRef(\"plain\")"
        ]
    );
}
