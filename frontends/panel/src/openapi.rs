//! The two APIs as lists of operations: the same list makes the routes and the OpenAPI 3.1
//! document, so neither can say something else than the other.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::route::Route;

/// A schema of a wire type.
pub(crate) type Shape = fn(&mut SchemaGenerator) -> Schema;

/// The schema of `T`.
pub(crate) fn shape<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// What a request carries.
#[derive(Clone, Copy)]
pub(crate) enum Carries {
    /// Nothing.
    Nothing,
    /// A JSON document.
    Document(Shape),
    /// Bytes as they are.
    Bytes,
}

/// What a good answer is.
#[derive(Clone, Copy)]
pub(crate) enum Gives {
    /// Only that it is done (204).
    Done,
    /// A JSON document.
    Document(Shape),
    /// Bytes as they are.
    Bytes,
}

/// Who may ask, in the words of the document.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Open {
    /// Everybody.
    ToAll,
    /// The holder of a bearer token, or of a session where the API has one.
    ToHolders,
}

/// An operation of an API.
#[derive(Clone)]
pub(crate) struct Operation {
    pub(crate) id: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) open: Open,
    /// What it asks beyond a token: `role approver`; empty for nothing.
    pub(crate) note: &'static str,
    pub(crate) query: &'static [(&'static str, &'static str)],
    pub(crate) carries: Carries,
    pub(crate) gives: Gives,
    pub(crate) route: Route,
}

/// The document of an API.
pub(crate) fn document(title: &str, about: &str, base: &str, operations: &[Operation]) -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.definitions_path = "/components/schemas".into();
    let mut generator = settings.into_generator();
    let problem = generator.subschema_for::<kantor_wire::Problem>();
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations {
        let described = described(operation, &mut generator, &problem);
        let method = operation.route.method.as_str().to_lowercase();
        if let Value::Object(path) = paths
            .entry(operation.route.path.to_owned())
            .or_insert_with(|| json!({}))
        {
            path.insert(method, described);
        }
    }
    let mut schemas = generator.take_definitions(true);
    schemas.retain(|_, schema| {
        if let Value::Object(schema) = schema {
            schema.remove("$schema");
        }
        true
    });
    json!({
        "openapi": "3.1.0",
        "info": { "title": title, "description": about, "version": env!("CARGO_PKG_VERSION") },
        "servers": [{ "url": base }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn described(operation: &Operation, generator: &mut SchemaGenerator, problem: &Schema) -> Value {
    let mut described = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": parameters(operation),
        "responses": {
            "default": {
                "description": "Refused: what happened, why, and what to do now.",
                "content": { "application/problem+json": { "schema": problem } },
            },
        },
    });
    let (status, good) = match operation.gives {
        Gives::Done => ("204", json!({ "description": "Done." })),
        Gives::Document(shape) => (
            "200",
            json!({
                "description": "Done.",
                "content": { "application/json": { "schema": shape(generator) } },
            }),
        ),
        Gives::Bytes => (
            "200",
            json!({ "description": "The bytes.", "content": { "application/octet-stream": {} } }),
        ),
    };
    described["responses"][status] = good;
    match operation.carries {
        Carries::Nothing => {}
        Carries::Document(shape) => {
            described["requestBody"] = json!({
                "required": true,
                "content": { "application/json": { "schema": shape(generator) } },
            });
        }
        Carries::Bytes => {
            described["requestBody"] = json!({
                "required": true,
                "content": { "application/octet-stream": {} },
            });
        }
    }
    if operation.open == Open::ToHolders {
        described["security"] = json!([{ "token": [] }]);
    }
    if !operation.note.is_empty() {
        described["description"] = json!(operation.note);
    }
    described
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let in_path = operation
        .route
        .path
        .split('/')
        .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
        .map(|name| {
            json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
        });
    let in_query = operation.query.iter().map(|(name, about)| {
        json!({ "name": name, "in": "query", "description": about, "schema": { "type": "string" } })
    });
    let key = (operation.route.method == warp::http::Method::POST).then(|| {
        json!({
            "name": "Idempotency-Key",
            "in": "header",
            "required": true,
            "description": "Up to 200 visible ASCII characters. The same key with the same request \
                            acts once and answers the same; with another request it is refused.",
            "schema": { "type": "string", "minLength": 1, "maxLength": 200 },
        })
    });
    in_path.chain(in_query).chain(key).collect()
}
