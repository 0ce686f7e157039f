/**
 * A home whose disk can lose power. Programs that change the home run with `environment`; when all of them are gone,
 * `cut` leaves the home in one of the states that a real disk could hold.
 */
import {
  copyFileSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../../../server/simulator/random.js';
import { type DiskControl, openDiskControl } from './disk-control.js';
import { type DiskRecord, readDiskJournal } from './disk-journal.js';
import { cutFile, undoFile, unsafeSteps } from './file-history.js';
import { powerCutLibrary } from './library.js';
import { cutNames, type Names } from './names.js';

export interface CutReport {
  /** Writes and changes of size that no sync had covered. */
  readonly unsafeWrites: number;
  /** Names made, moved and removed that no sync had covered. */
  readonly unsafeNames: number;
}

export interface PowerCutDisk {
  /** As programs know it: without symbolic links. */
  readonly home: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly control: DiskControl;
  /** Only while no process runs on the home. */
  cut(random: Random): CutReport;
  /** Forgets what could have been lost: as if the machine had been shut down well. Only while no process runs. */
  settle(): void;
  /** Copies what `copy` is of, taking back every change since the last cut. For proving that none escapes. */
  copyOfBeginning(copy: string): void;
  /** Bytes of the journal: it grows until the next cut. */
  journalBytes(): number;
  close(): void;
}

const isShared = (path: string): boolean => path.endsWith('-shm');

function filesBelow(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

const inodeOf = (path: string): string => lstatSync(path, { bigint: true }).ino.toString();

const namesIn = (home: string): Names => new Map(filesBelow(home).map((path) => [path, inodeOf(path)]));

/**
 * @param directory outside the home, on the same file system
 * @throws when there is no library: ask `powerCutLibrary` first
 */
export function createPowerCutDisk(givenHome: string, directory: string): PowerCutDisk {
  const library = powerCutLibrary();
  if ('missing' in library) throw new Error(library.missing);
  const home = realpathSync(givenHome);
  mkdirSync(directory, { recursive: true });
  const state = realpathSync(directory);
  const [files, journal] = [join(state, 'files'), join(state, 'journal')];
  const control = openDiskControl(join(state, 'control'));
  let base: Names;

  const byFile = (records: readonly DiskRecord[]): Map<string, DiskRecord[]> => {
    const groups = new Map<string, DiskRecord[]>();
    for (const record of records) {
      if (!('file' in record)) continue;
      const group = groups.get(record.file);
      if (group === undefined) groups.set(record.file, [record]);
      else group.push(record);
    }
    return groups;
  };

  function settle(): void {
    rmSync(files, { recursive: true, force: true });
    mkdirSync(files);
    writeFileSync(journal, '');
    base = namesIn(home);
  }

  /** Holds every file of the home under its number, whatever happens to its names. */
  function holdAll(): void {
    for (const [path, file] of namesIn(home)) {
      if (!existsSync(join(files, file))) linkSync(path, join(files, file));
    }
  }

  function giveNames(names: Names): void {
    for (const [path, file] of namesIn(home)) {
      if (!isShared(path) && names.get(path) !== file) unlinkSync(path);
    }
    for (const [path, file] of names) {
      if (!isShared(path) && !existsSync(path)) linkSync(join(files, file), path);
    }
  }

  /** SQLite makes them anew from the log, whatever stands in them. */
  function cutShared(random: Random): void {
    for (const path of filesBelow(home).filter(isShared)) {
      const fate = random.below(3);
      if (fate === 0) unlinkSync(path);
      else if (fate === 1) writeFileSync(path, Buffer.alloc(32_768, random.below(256)));
    }
  }

  settle();
  return {
    home,
    environment: { LD_PRELOAD: library.path, POWER_CUT_HOME: home, POWER_CUT_STATE: state, UV_USE_IO_URING: '0' },
    control,
    cut(random) {
      const records = readDiskJournal(journal);
      holdAll();
      let unsafeWrites = 0;
      for (const [file, history] of byFile(records)) {
        unsafeWrites += cutFile(join(files, file), unsafeSteps(history), random);
      }
      const { names, unsafe } = cutNames(base, records, random);
      giveNames(names);
      cutShared(random);
      settle();
      return { unsafeWrites, unsafeNames: unsafe };
    },
    settle,
    copyOfBeginning(copy) {
      holdAll();
      const histories = byFile(readDiskJournal(journal));
      for (const [path, file] of base) {
        if (isShared(path)) continue;
        const target = join(copy, path.slice(home.length));
        mkdirSync(join(target, '..'), { recursive: true });
        copyFileSync(join(files, file), target);
        undoFile(target, histories.get(file) ?? []);
      }
    },
    journalBytes: () => lstatSync(journal).size,
    close: () => control.close(),
  };
}
