#!/usr/bin/env bash
# The whole training on one machine with two GPUs, about 27 minutes: the codec and then its decoder
# on the first GPU, the teacher and then the language model on the second.
#
# usage: pipeline.sh DIR
# DIR holds kokoro.onnx, kokoro_src/, af_heart.bin, am_michael.bin, corpus.npz, lm.npz, evalset.npz
# and, to go on from an earlier run, init.pt, disc.pt and lm_start.pt. Logs and results go there.
# Seconds and first texts can be set in the environment, see below.
set -u
here=$(cd "$(dirname "$0")" && pwd)
cd "$1" || exit
if [[ -e sh || -e A ]]; then
  echo "$1 holds an earlier run" >&2
  exit 1
fi
start=$(date +%s)
export PYTHONUNBUFFERED=1 OMP_NUM_THREADS=2

CODEC=${CODEC:-490}       # how long the codec trains
DECODER=${DECODER:-593}   # how long its decoder then trains alone
LM_BEGIN=${LM_BEGIN:-340} # when the language model begins, on the codes that there are
LM_END=${LM_END:-1490}    # when it ends, both from the start
TEACHER=${TEACHER:-590}   # when the teacher falls silent, if the codec is not done before
HELPERS=${HELPERS:-110}   # when its helpers on the first GPU do: the codec has what it begins on
BEGIN=${BEGIN:-20200}     # the teacher's first text (an earlier run had the texts from 0 on)
BEGIN_HELPERS=${BEGIN_HELPERS:-17000}
styles=af_heart.bin,am_michael.bin

since() { echo "$(($(date +%s) - start)) s: $*"; }
speak() { python3 "$here/synth.py" kokoro.onnx kokoro_src corpus.npz sh "$styles" "$@"; }
on() { # GPU program arguments…
  local gpu=$1 program=$2
  shift 2
  CUDA_VISIBLE_DEVICES=$gpu python3 "$here/$program.py" "$@"
}

mkdir A
from_codec=() from_lm=()
if [[ -e init.pt ]]; then
  cp disc.pt A/
  from_codec=(--resume init.pt --gan_after 200) from_lm=(--resume lm_start.pt)
fi
FIRST=0,$BEGIN speak 14 "$TEACHER" 1 >synth.log 2>&1 &
FIRST=50,$BEGIN_HELPERS speak 8 "$HELPERS" 0 >helpers.log 2>&1 &
on 0 train_codec --data sh --out A --seconds "$CODEC" "${from_codec[@]}" >codec.log 2>&1 &
codec=$!
( # learns to read, and is compiled, while the codec is still changing
  sleep "$LM_BEGIN"
  on 1 encode --codec A/codec.pt --data sh --out codesA.npz --budget 15 >encodeA.log 2>&1
  on 1 train_lm --data lm.npz --codes codesA.npz --switch codesB.npz --out L \
    --deadline "$((start + LM_END))" "${from_lm[@]}" >lm.log 2>&1
) &
wait "$codec"
since codec
touch sh/STOP
cp -r A B # the decoder goes on with the discriminators that there are
sleep 2   # for the teacher's last shards
on 0 train_codec --data sh --out B --freeze --resume A/codec.pt --seconds "$DECODER" \
  --lr 3e-4 --gan_after 0 >decoder.log 2>&1 &
on 1 encode --codec A/codec.pt --data sh --out codesB.npz --packed packed --budget 100 \
  >encodeB.log 2>&1
since codes
on 1 evalset kokoro.onnx kokoro_src evalset.npz "$styles" A/codec.pt evalcodes.npz \
  >evalset.log 2>&1
since "codes of the evaluation sentences"
wait
since all
