using System.Text;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>
/// The <c>;name=value</c> tail of a header or URI, kept in its original spelling and order (RFC 3261 §25.1 generic-param).
/// Looked up by name in any case; a valueless parameter such as Microsoft's <c>gruu</c> is present with an empty value.
/// </summary>
public readonly record struct SipParameters(string Raw)
{
    public static readonly SipParameters None = new("");

    public bool IsEmpty => string.IsNullOrEmpty(Raw);

    public bool Has(string name) => TryGet(name, out _);

    /// <summary>Value without its quotes, or null when the parameter is absent.</summary>
    public string? Get(string name) => TryGet(name, out var value) ? value : null;

    public bool TryGet(string name, out string value)
    {
        foreach (var (key, item) in All())
        {
            if (!string.Equals(key, name, StringComparison.OrdinalIgnoreCase)) continue;
            value = item;
            return true;
        }

        value = "";
        return false;
    }

    public IReadOnlyList<KeyValuePair<string, string>> All()
    {
        if (IsEmpty) return [];
        var list = new List<KeyValuePair<string, string>>();
        ReadOnlySpan<byte> rest = Encoding.UTF8.GetBytes(Raw);
        while (SipGrammar.TryTakeParameter(ref rest, out var name, out var value))
            list.Add(new(SipGrammar.Text(name), SipGrammar.Unquote(value)));
        return list;
    }

    public override string ToString() => Raw ?? "";

    internal static bool TryRead(ReadOnlySpan<byte> text, out SipParameters parameters)
    {
        parameters = None;
        text = SipGrammar.Trim(text);
        if (text.IsEmpty) return true;
        if (!SipGrammar.ParametersHold(text)) return false;
        parameters = new SipParameters(SipGrammar.Text(text));
        return true;
    }
}
