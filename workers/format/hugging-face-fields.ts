/** Typed looks into `config.json`, where null counts as not given: each names the field, what was expected and what was there. */
import { EngineError } from '../protocol/errors.ts';
import { jsonBoolean, jsonInteger, jsonPositive, jsonString } from './json-fields.ts';
import type { JsonObject, JsonValue } from './strict-json.ts';

/** A field as an error message calls it. */
export function configField(name: string): string {
  return `"${name}" in config.json`;
}

/** The fields of one configuration. All looks throw `FileMalformed` for a value of the wrong kind. */
export class ConfigFields {
  readonly #config: JsonObject;

  constructor(config: JsonObject) {
    this.#config = config;
  }

  /** The value, or undefined where there is none or null. */
  get(name: string): JsonValue | undefined {
    return this.#config.get(name) ?? undefined;
  }

  /** A whole number from 1. */
  count(name: string, fallback?: number): number {
    return jsonInteger(this.get(name) ?? fallback, configField(name), 1);
  }

  /** A number above 0. */
  positive(name: string, fallback?: number): number {
    return jsonPositive(this.get(name) ?? fallback, configField(name));
  }

  text(name: string, fallback?: string): string {
    return jsonString(this.get(name) ?? fallback, configField(name));
  }

  /** `null` where the file does not say. */
  truth(name: string): boolean | null {
    const value = this.get(name);
    return value === undefined ? null : jsonBoolean(value, configField(name));
  }
}

/** What the engine's forward code does not have. */
export function unsupportedConfig(what: string, expected: string | number, got: string | number): EngineError {
  return new EngineError('FileUnsupported', { what, expected, got, remedy: 'Choose another model.' });
}

/** What no sound file has. */
export function malformedConfig(what: string, expected: string, got: string | number): EngineError {
  return new EngineError('FileMalformed', { what: `${what} is wrong`, expected, got, remedy: 'Fetch the file again.' });
}
