using System.Globalization;

namespace Certificates;

/// <summary>DNS names in the one form they are compared in: lower-case A-labels without a final dot (RFC 5890 §2.3.2.1).</summary>
public static class DomainNames
{
    private static readonly IdnMapping _idn = new() { UseStd3AsciiRules = false, AllowUnassigned = false };

    /// <summary>The comparable form; a name that is no valid IDN comes back lower-cased and so equals only itself.</summary>
    public static string ToAscii(string name)
    {
        var text = name.EndsWith('.') ? name[..^1] : name;
        if (System.Text.Ascii.IsValid(text)) return text.ToLowerInvariant();
        try
        {
            return _idn.GetAscii(text).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return text.ToLowerInvariant();
        }
    }
}
