// Prints which version of a prompt an environment serves, whenever that changes, until it is stopped:
//   node follow.mjs URL ENVIRONMENT NAME
import { Prompt } from "./prompt.mjs";

const [url, environment, name] = process.argv.slice(2);
const prompt = new Prompt({
  url,
  environment,
  name,
  token: process.env.PROMPTCTL_TOKEN,
  unit: process.env.UNIT,
  file: process.env.LAST_GOOD,
  interval: Number(process.env.INTERVAL ?? 2000),
  onChange: (found) => console.log(`${found.prompt} ${found.version} (${found.reason})`),
  onFault: (fault) => console.log(`still ${prompt.current?.version}: ${fault.cause?.code ?? fault.message}`),
});
await prompt.start();
