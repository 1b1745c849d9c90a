//! Runs a model of Hugging Face's files through candle in float32, as BERT or as
//! XLM-R by its configuration: of the texts in a folder's ids.json, lists of pieces,
//! it writes the last states of each piece to states.json, with five digits, and to
//! pooled.json, for each text, the mean of them and the first, both of length 1.
//!
//!     cargo run --release -- FOLDER
//!
//! The states beside this program are those of the folder that
//! `go run ./rag/e5embed/internal/modeltest/golden FOLDER` makes; those of
//! ../../../huggingface/testdata are of the models there.
use candle_core::{DType, Device, Result, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::{bert, xlm_roberta};

enum Model {
    Bert(bert::BertModel),
    XlmRoberta(xlm_roberta::XLMRobertaModel),
}

impl Model {
    /// Gives the states of a text, one row for each piece.
    fn states(&self, ids: &[u32]) -> Result<Tensor> {
        let ids = Tensor::new(ids, &Device::Cpu)?.unsqueeze(0)?;
        let kinds = ids.zeros_like()?;
        let states = match self {
            Model::Bert(m) => m.forward(&ids, &kinds, None)?,
            Model::XlmRoberta(m) => m.forward(&ids, &ids.ones_like()?, &kinds, None, None, None)?,
        };
        states.squeeze(0)
    }
}

fn scaled(v: Tensor) -> Result<Vec<f32>> {
    let length = v.sqr()?.sum_all()?.sqrt()?;
    v.broadcast_div(&length)?.to_vec1()
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).expect("a folder");
    let config = std::fs::read(format!("{folder}/config.json"))?;
    let kind: serde_json::Value = serde_json::from_slice(&config)?;
    let texts: Vec<Vec<u32>> = serde_json::from_slice(&std::fs::read(format!("{folder}/ids.json"))?)?;
    let weights = candle_core::safetensors::load(format!("{folder}/model.safetensors"), &Device::Cpu)?;
    let weights = VarBuilder::from_tensors(weights, DType::F32, &Device::Cpu);
    let model = match kind["model_type"].as_str() {
        Some("xlm-roberta") => {
            Model::XlmRoberta(xlm_roberta::XLMRobertaModel::new(&serde_json::from_slice(&config)?, weights)?)
        }
        _ => Model::Bert(bert::BertModel::load(weights, &serde_json::from_slice(&config)?)?),
    };
    let (mut all, mut pooled): (Vec<Vec<Vec<f64>>>, Vec<[Vec<f32>; 2]>) = (Vec::new(), Vec::new());
    for ids in texts {
        let states = model.states(&ids)?;
        pooled.push([scaled(states.mean(0)?)?, scaled(states.get(0)?)?]);
        let rows: Vec<Vec<f32>> = states.to_vec2()?;
        let short = |x: &f32| (f64::from(*x) * 1e5).round() / 1e5;
        all.push(rows.iter().map(|row| row.iter().map(short).collect()).collect());
    }
    std::fs::write(format!("{folder}/states.json"), serde_json::to_string(&all)?)?;
    std::fs::write(format!("{folder}/pooled.json"), serde_json::to_string(&pooled)?)?;
    Ok(())
}
