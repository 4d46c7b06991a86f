//! Settings: the facts of the guide, each type's texts, the store beside a model of it.

mod facts;
mod kinds;
mod model;
