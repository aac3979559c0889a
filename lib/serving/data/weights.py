"""Weights of models on their way from a hub to a bucket, and from the bucket to a disk. Needs boto3 alone.

  store <model> <revision> <bucket> <prefix> [streamed]   fetch what is missing, check every file, then say complete
  load <bucket> <seconds> [<prefix>=<folder> | <prefix>]  wait until complete; with a folder, copy into it
"""

import concurrent.futures
import fnmatch
import hashlib
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import boto3
import botocore.exceptions

HUB = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
COMPLETE = "COMPLETE"
PART = 64 * 2**20
TRIES = 6
FILES_AT_ONCE = 4
# The same weights once more, in layouts that no server here reads.
UNUSED = ["original/*", "onnx/*", "openvino/*", "*.onnx", "*.onnx_data", "*.gguf", "*.h5", "*.msgpack", "*.tflite", "*.ot"]
PICTURES = ["*.png", "*.jpg", "*.jpeg", "*.gif", "*.webp", "*.mp4", "*.pdf", ".git*"]
PICKLES = ["*.bin", "*.pt", "*.pth"]

s3 = boto3.client("s3", endpoint_url=os.environ.get("S3_ENDPOINT") or None)


def end(text):
    sys.exit(f"weights: {text}")


def matches(name, patterns):
    return any(fnmatch.fnmatch(name, pattern) for pattern in patterns)


def ask(url, first=None, last=None):
    """The answer of the hub, in full or a range of it; tried again when the line breaks."""
    for attempt in range(TRIES):
        request = urllib.request.Request(url)
        if key := os.environ.get("HF_TOKEN"):
            # Not sent on to the store that the hub redirects to.
            request.add_unredirected_header("Authorization", f"Bearer {key}")
        if first is not None:
            request.add_header("Range", f"bytes={first}-{last}")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                body = answer.read()
            if first is not None and len(body) != last - first + 1:
                raise ConnectionError(f"{len(body)} bytes of {last - first + 1}")
            return body
        except urllib.error.HTTPError as error:
            if error.code in (401, 403):
                end(f"{url} answers {error.code}: the model needs a token that was granted its licence")
            if error.code == 404:
                end(f"{url} answers 404: there is no such model, revision or file")
            if attempt == TRIES - 1:
                end(f"{url} answers {error.code}, {TRIES} times")
        except (OSError, http.client.HTTPException) as error:
            if attempt == TRIES - 1:
                end(f"{url}: {error}, {TRIES} times")
        time.sleep(min(60, 2**attempt))


def listed(model, revision):
    """The commit behind a revision, and its files with their checksums."""
    path = f"/api/models/{model}/revision/{urllib.parse.quote(revision, safe='')}?blobs=true"
    told = json.loads(ask(HUB + path))
    files = {f["rfilename"]: f for f in told["siblings"] if not matches(f["rfilename"], UNUSED + PICTURES)}
    if any(name.endswith(".safetensors") for name in files):
        files = {name: f for name, f in files.items() if not matches(name, PICKLES)}
    # One file that holds what the parts hold: a server would load both.
    if any(fnmatch.fnmatch(name, "model-*.safetensors") for name in files):
        files = {name: f for name, f in files.items() if not fnmatch.fnmatch(name, "consolidated*.safetensors")}
    return told["sha"], files


def checksum(file):
    """How the hub knows the content: SHA-256 of large files, git's hash of small ones."""
    if lfs := file.get("lfs"):
        return hashlib.sha256(), lfs["sha256"]
    digest = hashlib.sha1()
    digest.update(f"blob {file['size']}\0".encode())
    return digest, file["blobId"]


def found(bucket, prefix):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {o["Key"]: o["Size"] for page in pages for o in page.get("Contents", [])}


def keep(model, commit, name, file, bucket, key, there):
    size, (digest, wanted) = file["size"], checksum(file)
    if there == size and s3.head_object(Bucket=bucket, Key=key)["Metadata"].get("checksum") == wanted:
        return f"{name}: is there"
    url = f"{HUB}/{model}/resolve/{commit}/{urllib.parse.quote(name)}"
    known = {"Bucket": bucket, "Key": key}
    if size <= PART:
        body = ask(url, 0, size - 1) if size else b""
        digest.update(body)
        if digest.hexdigest() != wanted:
            end(f"{name}: checksum {digest.hexdigest()}, the hub says {wanted}")
        s3.put_object(**known, Body=body, Metadata={"checksum": wanted})
        return f"{name}: {size} bytes"
    upload = s3.create_multipart_upload(**known, Metadata={"checksum": wanted})["UploadId"]
    try:
        parts = []
        for number, first in enumerate(range(0, size, PART), start=1):
            body = ask(url, first, min(first + PART, size) - 1)
            digest.update(body)
            tag = s3.upload_part(**known, UploadId=upload, PartNumber=number, Body=body)["ETag"]
            parts.append({"PartNumber": number, "ETag": tag})
        if digest.hexdigest() != wanted:
            end(f"{name}: checksum {digest.hexdigest()}, the hub says {wanted}")
        s3.complete_multipart_upload(**known, UploadId=upload, MultipartUpload={"Parts": parts})
    except BaseException:
        s3.abort_multipart_upload(**known, UploadId=upload)
        raise
    return f"{name}: {size} bytes"


def store(model, revision, bucket, prefix, *how):
    if f"{prefix}{COMPLETE}" in found(bucket, prefix + COMPLETE):
        return print(f"{model}: is complete")
    commit, files = listed(model, revision)
    if "streamed" in how and not any(name.endswith(".safetensors") for name in files):
        end(f"{model} has no safetensors, which alone can be streamed: set load to copy")
    there = found(bucket, prefix)
    with concurrent.futures.ThreadPoolExecutor(FILES_AT_ONCE) as pool:
        work = [
            pool.submit(keep, model, commit, name, file, bucket, prefix + name, there.get(prefix + name))
            for name, file in files.items()
        ]
        for done in concurrent.futures.as_completed(work):
            print(done.result(), flush=True)
    told = {"model": model, "revision": revision, "commit": commit, "files": {n: f["size"] for n, f in files.items()}}
    s3.put_object(Bucket=bucket, Key=prefix + COMPLETE, Body=json.dumps(told).encode())
    print(f"{model}: complete at {commit}")


def copy(bucket, key, path, size):
    if os.path.exists(path) and os.path.getsize(path) == size:
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    s3.download_file(bucket, key, path + ".part")
    os.replace(path + ".part", path)


def load(bucket, seconds, *wanted):
    deadline = time.monotonic() + int(seconds)
    for prefix, _, folder in (want.partition("=") for want in wanted):
        while f"{prefix}{COMPLETE}" not in found(bucket, prefix + COMPLETE):
            if time.monotonic() > deadline:
                end(f"s3://{bucket}/{prefix} is not complete after {seconds} s: see the Job that fetches it")
            print(f"waits for s3://{bucket}/{prefix}", flush=True)
            time.sleep(10)
        if not folder:
            continue
        with concurrent.futures.ThreadPoolExecutor(FILES_AT_ONCE) as pool:
            work = [
                pool.submit(copy, bucket, key, os.path.join(folder, key[len(prefix) :]), size)
                for key, size in found(bucket, prefix).items()
                if key != prefix + COMPLETE
            ]
            for done in work:
                done.result()
        print(f"s3://{bucket}/{prefix} is in {folder}", flush=True)


if __name__ == "__main__":
    try:
        {"store": store, "load": load}[sys.argv[1]](*sys.argv[2:])
    except (botocore.exceptions.BotoCoreError, botocore.exceptions.ClientError) as error:
        end(str(error))
