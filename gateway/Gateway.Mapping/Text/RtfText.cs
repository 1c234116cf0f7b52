using System.Globalization;
using System.Text;

namespace Gateway.Mapping.Text;

/// <summary>The text of an RTF body (RTF 1.9): control words that stand for characters are read, destinations that are not text are skipped, form is dropped.</summary>
public static class RtfText
{
    private const int DepthMax = 64;

    private static readonly Encoding Ansi = CodePagesEncodingProvider.Instance.GetEncoding(1252) ?? Encoding.Latin1;

    /// <summary>False when the body is no RTF.</summary>
    public static bool TryRead(string rtf, out string plain)
    {
        plain = "";
        if (!rtf.AsSpan().TrimStart().StartsWith("{\\rtf", StringComparison.Ordinal)) return false;
        var reading = new Reading(rtf);
        if (!reading.ReadAll()) return false;
        plain = reading.Output.ToString().TrimEnd('\n', ' ');
        return true;
    }

    private sealed class Reading(string rtf)
    {
        private readonly Stack<(bool IsSkipped, int FallbackChars)> groups = new();
        private int at;
        private bool isSkipped;
        private int fallbackChars = 1;
        private int toSkip;

        public StringBuilder Output { get; } = new();

        public bool ReadAll()
        {
            while (at < rtf.Length)
            {
                var c = rtf[at++];
                switch (c)
                {
                    case '{':
                        if (groups.Count >= DepthMax) return false;
                        groups.Push((isSkipped, fallbackChars));
                        break;
                    case '}':
                        if (groups.Count == 0) return false;
                        (isSkipped, fallbackChars) = groups.Pop();
                        break;
                    case '\\':
                        Control();
                        break;
                    case '\r' or '\n':
                        break;
                    default:
                        Emit(c.ToString());
                        break;
                }
            }

            return true;
        }

        private void Control()
        {
            if (at >= rtf.Length) return;
            var c = rtf[at];
            if (char.IsAsciiLetter(c))
            {
                Word();
                return;
            }

            at++;
            switch (c)
            {
                case '\'' when at + 2 <= rtf.Length && byte.TryParse(rtf.AsSpan(at, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                    at += 2;
                    Emit(Ansi.GetString([code]));
                    break;
                case '*':
                    isSkipped = true;
                    break;
                case '~':
                    Emit(" ");
                    break;
                case '_':
                    Emit("-");
                    break;
                case '\\' or '{' or '}':
                    Emit(c.ToString());
                    break;
                case '\n' or '\r':
                    Emit("\n");
                    break;
            }
        }

        private void Word()
        {
            var start = at;
            while (at < rtf.Length && char.IsAsciiLetter(rtf[at])) at++;
            var word = rtf[start..at];
            var numberStart = at;
            if (at < rtf.Length && rtf[at] == '-') at++;
            while (at < rtf.Length && char.IsAsciiDigit(rtf[at])) at++;
            _ = int.TryParse(rtf.AsSpan(numberStart, at - numberStart), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number);
            if (at < rtf.Length && rtf[at] == ' ') at++;
            Apply(word, number);
        }

        private void Apply(string word, int number)
        {
            switch (word)
            {
                case "par" or "line" or "row":
                    Emit("\n");
                    break;
                case "tab" or "cell":
                    Emit("\t");
                    break;
                case "u":
                    Emit(((char)(ushort)number).ToString());
                    toSkip = fallbackChars;
                    break;
                case "uc":
                    fallbackChars = Math.Clamp(number, 0, 8);
                    break;
                case "fonttbl" or "colortbl" or "stylesheet" or "info" or "pict" or "object" or "header" or "footer":
                    isSkipped = true;
                    break;
                default:
                    if (SignOf(word) is { } sign) Emit(sign);
                    break;
            }
        }

        private static string? SignOf(string word) => word switch
        {
            "emdash" => "—",
            "endash" => "–",
            "bullet" => "•",
            "lquote" => "‘",
            "rquote" => "’",
            "ldblquote" => "“",
            "rdblquote" => "”",
            _ => null,
        };

        private void Emit(string text)
        {
            if (toSkip > 0 && text != "\n")
            {
                toSkip--;
                return;
            }

            if (!isSkipped) Output.Append(text);
        }
    }
}
