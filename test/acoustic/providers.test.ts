import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';

/** Vulkan in software, as Debian's chromium brings it along. */
const SOFTWARE_VULKAN = '/usr/lib/chromium/vk_swiftshader_icd.json';
const SCRIPT = resolve(import.meta.dirname, '../support/network-on.js');
/** Nats; scores span tens of them. A value between two int8 steps may fall to either; in fp32 the same networks differ by 3e-5. */
const TOLERANCE = 0.3;

interface Differences {
  chunks: number;
  fromProcessor: number;
  amongOthers: number;
}

async function differences(...args: string[]): Promise<Differences> {
  const env = { ...process.env, XDG_RUNTIME_DIR: tmpdir(), VK_ICD_FILENAMES: SOFTWARE_VULKAN };
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, ...args], { env });
  return JSON.parse(stdout) as Differences;
}

describe('the network on execution providers', function () {
  this.timeout(240_000);

  it('gives a stream the same bits alone and among seven others', async () => {
    const { chunks, amongOthers } = await differences('cpu', '3', '8');
    expect(chunks).to.equal(10);
    expect(amongOthers).to.equal(0);
  });

  it('computes on WebGPU what the processor does', async function () {
    const skip = (why: string): never => {
      console.warn(`      skipped: ${why} (Debian: chromium, libvulkan1)`);
      return this.skip();
    };
    if (!existsSync(SOFTWARE_VULKAN)) skip(`${SOFTWARE_VULKAN} is absent`);
    const { chunks, fromProcessor, amongOthers } = await differences('webgpu', '0.6', '2').catch((error: Error) => {
      if (!error.message.includes('PROVIDER_UNAVAILABLE')) throw error;
      return skip('WebGPU does not start here');
    });
    expect(chunks).to.equal(2);
    expect(fromProcessor).to.be.below(TOLERANCE);
    expect(amongOthers).to.equal(0);
  });
});
