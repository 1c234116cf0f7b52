using System.Globalization;
using System.Text;

namespace Gateway.Mapping.Documents;

/// <summary>References of XML 1.0 §4.1: the five predefined entities and character numbers. No other entity exists here.</summary>
internal static class XmlReferences
{
    /// <summary>Decodes what stands between <c>&amp;</c> and <c>;</c>.</summary>
    public static bool TryDecode(ReadOnlySpan<char> name, out Rune rune)
    {
        rune = name switch
        {
            "amp" => new Rune('&'),
            "lt" => new Rune('<'),
            "gt" => new Rune('>'),
            "quot" => new Rune('"'),
            "apos" => new Rune('\''),
            _ => default,
        };
        if (rune != default) return true;
        return name.Length > 1 && name[0] == '#' && TryNumber(name[1..], out rune);
    }

    /// <summary>Decodes <c>65</c> or <c>x41</c>; what XML forbids is refused.</summary>
    public static bool TryNumber(ReadOnlySpan<char> digits, out Rune rune)
    {
        rune = default;
        var isHex = digits.Length > 0 && digits[0] is 'x' or 'X';
        if (isHex) digits = digits[1..];
        if (!int.TryParse(digits, isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return false;
        if (!Rune.IsValid(number) || (number < 0x20 && number is not (9 or 10 or 13)) || number is 0xFFFE or 0xFFFF) return false;
        rune = new Rune(number);
        return true;
    }
}
