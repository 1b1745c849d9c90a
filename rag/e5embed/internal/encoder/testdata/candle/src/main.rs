//! Writes the last states that candle's BERT computes in float32 for the texts of
//! a folder: config.json, model.safetensors and ids.json (lists of pieces), as
//! `go run ./rag/e5embed/internal/modeltest/golden FOLDER` makes them.
//!
//!     cargo run --release -- FOLDER > states.json
use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).expect("a folder");
    let config: Config = serde_json::from_slice(&std::fs::read(format!("{folder}/config.json"))?)?;
    let texts: Vec<Vec<u32>> = serde_json::from_slice(&std::fs::read(format!("{folder}/ids.json"))?)?;
    let weights = candle_core::safetensors::load(format!("{folder}/model.safetensors"), &Device::Cpu)?;
    let model = BertModel::load(VarBuilder::from_tensors(weights, DType::F32, &Device::Cpu), &config)?;
    let mut all: Vec<Vec<Vec<f32>>> = Vec::new();
    for ids in texts {
        let ids = Tensor::new(ids, &Device::Cpu)?.unsqueeze(0)?;
        let states = model.forward(&ids, &ids.zeros_like()?, None)?;
        all.push(states.squeeze(0)?.to_vec2()?);
    }
    println!("{}", serde_json::to_string(&all)?);
    Ok(())
}
