import { Construct } from 'constructs';
import { type ISecret, images, type PodGroup, stamped, Task } from '../core';

export interface RootPasswordProps {
  /** Name of the Milvus object. */
  readonly milvus: string;
  readonly uri: string;
  /** Key `password`. */
  readonly secret: ISecret;
}

/** Ends well as soon as root has the new password, whoever set it. REST answers 200 with a code in the body. */
const ROTATE = `set -eu
users="$MILVUS/v2/vectordb/users"
call() {
  curl --silent --show-error --max-time 20 --header 'Content-Type: application/json' \\
    --header "Authorization: Bearer root:$1" --data "$3" "$users/$2" || true
}
for attempt in $(seq 100); do
  case "$(call "$WANTED" list '{}')" in
    *'"code":0'*) echo "root has its password"; exit 0 ;;
  esac
  # Known to everybody until now.
  call Milvus update_password \\
    "{\\"userName\\":\\"root\\",\\"password\\":\\"Milvus\\",\\"newPassword\\":\\"$WANTED\\"}" > /tmp/answer
  sleep 10
done
cat /tmp/answer
exit 1
`;

/** Takes from root the password that every Milvus starts with. */
export class RootPassword extends Construct {
  public readonly pods: PodGroup;

  constructor(scope: Construct, id: string, { milvus, uri, secret }: RootPasswordProps) {
    super(scope, id);
    const task = new Task(this, 'Task', {
      name: stamped(`${milvus}-root-password`, [images.curl, uri, ROTATE].join('\n')),
      image: images.curl,
      command: ['sh', '-c', ROTATE],
      env: { MILVUS: uri, WANTED: secret.key('password') },
      resources: { cpu: '20m', memory: '64Mi' },
      // As long as Milvus and its etcd may need to come up on new nodes.
      deadlineSeconds: 1800,
      retries: 2,
    });
    this.pods = task.pods;
  }
}
