import { describe, expect, test } from 'vitest';
import { addQuantities, compareQuantities, quantity, quantityOfMilli, quantityOfValue, readQuantity, subtractQuantities } from './quantity.js';

describe('a quantity', () => {
  test.each([
    // The first four stand in the golden conversations; all are what resource.ParseQuantity of apimachinery 0.36.3 answers.
    ['0.25', '250m'], ['1.5Gi', '1536Mi'], ['131072Ki', '128Mi'], ['0', '0'],
    ['1000m', '1'], ['1500m', '1500m'], ['1000', '1k'], ['100', '100'], ['1024Mi', '1Gi'], ['1Ki', '1Ki'], ['1023', '1023'], ['16Mi', '16Mi'],
    ['0.5Ki', '512'], ['0.1Ki', '102400m'], ['1e3', '1e3'], ['15e2', '1500'], ['1E6', '1E6'], ['100E', '100E'], ['.5', '500m'], ['5.', '5.'], ['.', '0'],
    ['+1', '+1'], ['-1', '-1'], ['-0.5Gi', '-512Mi'], ['0.1n', '1n'], ['0.0000000001', '1n'], ['00012', '00012'], ['1e-3', '1e-3'], ['12e-4', '1200e-6'],
    ['9999999Ei', '9223372036854775807'], ['1e20', '100e18'], ['Mi', '0'], ['-0', '0'],
  ])('%s is written as %s', (text, canonical) => {
    expect(quantity(text).text).toBe(canonical);
  });

  test.each([
    ['1x', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['1.5.5', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['1KiB', "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ['1iK', "unable to parse quantity's suffix"],
    ['Ei', 'unable to parse numeric part of quantity'],
  ])('%s is refused in the words of the real server', (text, error) => {
    expect(readQuantity(text)).toEqual({ error });
    expect(() => quantity(text)).toThrow(RangeError);
  });

  test('is rounded up to units and thousandths', () => {
    expect(quantity('1500m').value).toBe(2);
    expect(quantity('-1500m').value).toBe(-2);
    expect(quantity('100u').milliValue).toBe(1);
    expect(quantity('8Gi').value).toBe(8 * 1024 ** 3);
    expect(quantity('4').milliValue).toBe(4000);
  });

  test('compares by amount, not by text', () => {
    expect(compareQuantities('1024Mi', '1Gi')).toBe(0);
    expect(compareQuantities('999m', '1')).toBeLessThan(0);
    expect(compareQuantities('1Gi', '1G')).toBeGreaterThan(0);
  });

  test('sums keep the format of the first operand that is not zero', () => {
    expect(addQuantities(quantity('100m'), quantity('900m')).text).toBe('1');
    expect(addQuantities(quantity('0'), quantity('512Mi')).text).toBe('512Mi');
    expect(addQuantities(quantity('512Mi'), quantity('1G')).text).toBe('1536870912');
    expect(subtractQuantities(quantity('1Gi'), quantity('512Mi')).text).toBe('512Mi');
    expect(quantityOfMilli(2500).text).toBe('2500m');
    expect(quantityOfValue(2 ** 30, 'BinarySI').text).toBe('1Gi');
  });
});
