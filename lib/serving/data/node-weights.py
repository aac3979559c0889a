"""Weights of models on the disk of a node, for every pod there.

  hold <bucket> <list> <folder>    hold what a list names below a folder, and nothing else; needs boto3
  await <seconds> <folder>...      wait until somebody else has filled each folder
"""

import concurrent.futures
import hashlib
import json
import os
import shutil
import signal
import sys
import time

COMPLETE = "COMPLETE"
BLOCK = 2**20
TRIES = 6
FILES_AT_ONCE = 8
# Replicas that still start from what nobody names any more have so long.
LEAVE_SECONDS = int(os.environ.get("LEAVE_SECONDS", "3600"))


def end(text):
    sys.exit(f"weights: {text}")


def found(s3, bucket, prefix):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {o["Key"]: o["Size"] for page in pages for o in page.get("Contents", [])}


def seen(path, size, checksum):
    """The digest of what lies on the disk already, begun as the hub begins it."""
    digest = hashlib.sha256() if len(checksum) == 64 else hashlib.sha1(f"blob {size}\0".encode())
    if os.path.exists(path):
        with open(path, "rb") as file:
            while block := file.read(BLOCK):
                digest.update(block)
    return digest


def verified(s3, bucket, key, path, size):
    """A file with the checksum that the bucket states of it; what was interrupted goes on where it was."""
    from botocore.exceptions import BotoCoreError

    wanted = s3.head_object(Bucket=bucket, Key=key)["Metadata"].get("checksum", "")
    if os.path.exists(path) and os.path.getsize(path) == size and seen(path, size, wanted).hexdigest() == wanted:
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    part = path + ".part"
    for attempt in range(TRIES):
        first = os.path.getsize(part) if os.path.exists(part) else 0
        digest = seen(part, size, wanted)
        try:
            with open(part, "ab") as file:
                if first < size:
                    body = s3.get_object(Bucket=bucket, Key=key, Range=f"bytes={first}-")["Body"]
                    for block in body.iter_chunks(BLOCK):
                        digest.update(block)
                        file.write(block)
                # A node that falls over must not find the mark of what it has lost.
                os.fsync(file.fileno())
        except (OSError, BotoCoreError) as error:
            if attempt == TRIES - 1:
                end(f"{path}: {error}, {TRIES} times")
            time.sleep(min(60, 2**attempt))
            continue
        if digest.hexdigest() == wanted:
            return os.replace(part, path)
        os.remove(part)
    end(f"{path}: checksum {digest.hexdigest()}, s3://{bucket}/{key} states {wanted or 'none'}")


def lies(folder, files):
    return all(
        os.path.exists(os.path.join(folder, name)) and os.path.getsize(os.path.join(folder, name)) == size
        for name, size in files.items()
    )


def bring(s3, bucket, prefix, folder):
    """Have one model below a folder of this node, marked as complete when every file is; whether there is one to have."""
    there = found(s3, bucket, prefix)
    if prefix + COMPLETE not in there:
        print(f"waits for s3://{bucket}/{prefix}", flush=True)
        return False
    files = {key[len(prefix) :]: size for key, size in there.items() if key != prefix + COMPLETE}
    mark = os.path.join(folder, COMPLETE)
    if os.path.exists(mark) and lies(folder, files):
        print(f"{folder}: is there", flush=True)
        return True
    if os.path.exists(mark):
        os.remove(mark)
    with concurrent.futures.ThreadPoolExecutor(FILES_AT_ONCE) as pool:
        work = [
            pool.submit(verified, s3, bucket, prefix + name, os.path.join(folder, name), size)
            for name, size in files.items()
        ]
        for done in work:
            done.result()
    with open(mark, "w") as file:
        file.write("\n")
    print(f"{folder}: {len(files)} files, {sum(files.values())} bytes", flush=True)
    return True


def forget(folder, kept):
    """Remove every folder that neither is kept nor holds one that is."""
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if path in kept or not os.path.isdir(path):
            continue
        if any(one.startswith(path + "/") for one in kept):
            forget(path, kept)
        else:
            shutil.rmtree(path)
            print(f"{path}: is gone", flush=True)


def hold(bucket, names, root):
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    s3 = boto3.client("s3", endpoint_url=os.environ.get("S3_ENDPOINT") or None)
    # The first process of a container is not ended by a signal that it does not ask for.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    with open(names) as file:
        prefixes = json.load(file)
    kept = {os.path.join(root, prefix.rstrip("/")): prefix for prefix in prefixes}
    missing = dict(kept)
    try:
        while missing := {at: prefix for at, prefix in missing.items() if not bring(s3, bucket, prefix, at)}:
            time.sleep(10)
    except (BotoCoreError, ClientError) as error:
        end(str(error))
    time.sleep(LEAVE_SECONDS)
    forget(root, kept)
    while True:
        signal.pause()


def await_(seconds, *folders):
    deadline = time.monotonic() + int(seconds)
    for folder in folders:
        while not os.path.exists(os.path.join(folder, COMPLETE)):
            if time.monotonic() > deadline:
                end(f"{folder} is not complete after {seconds} s")
            print(f"waits for {folder}", flush=True)
            time.sleep(5)


if __name__ == "__main__":
    {"hold": hold, "await": await_}[sys.argv[1]](*sys.argv[2:])
