using System.Globalization;

namespace Gateway.Sip.Protocol.Wire;

/// <summary>
/// <c>ms-diagnostics</c>, <c>ms-diagnostics-public</c>, <c>ms-client-diagnostics</c> (MS-OCER 2.2.1): id and reason; parameter order varies and
/// the older form has <c>id.sub</c>. The public form never names a source.
/// </summary>
public sealed record MsDiagnostics(int Id, string? Reason, string? Source = null)
{
    private const int CountMax = 8;

    private static readonly SipHeaderId[] _order = [SipHeaderId.MsDiagnosticsPublic, SipHeaderId.MsDiagnostics, SipHeaderId.MsClientDiagnostics];

    public static bool TryRead(ReadOnlySpan<byte> value, out MsDiagnostics diagnostics)
    {
        diagnostics = null!;
        var length = SipGrammar.ParameterLength(value);
        var id = SipGrammar.Trim(value[..length]);
        var dot = id.IndexOf((byte)'.');
        if (dot >= 0) id = id[..dot];
        if (!SipGrammar.TryNumber(id, out var number) || number > 999_999) return false;
        string? reason = null, source = null;
        var rest = value[length..];
        while (SipGrammar.TryTakeParameter(ref rest, out var name, out var item))
        {
            if (System.Text.Ascii.EqualsIgnoreCase(name, "reason"u8)) reason = SipGrammar.Unquote(item);
            else if (System.Text.Ascii.EqualsIgnoreCase(name, "source"u8)) source = SipGrammar.Unquote(item);
        }

        diagnostics = new MsDiagnostics((int)number, reason, source);
        return true;
    }

    /// <summary>The readable ones of a message, the public form first. A message may carry several, one of each hop; more than a few say nothing new.</summary>
    public static IReadOnlyList<MsDiagnostics> All(SipMessage message)
    {
        List<MsDiagnostics>? found = null;
        foreach (var id in _order)
        {
            if (!message.Has(id)) continue;
            foreach (var value in message.Lines(id))
            {
                if (found?.Count >= CountMax) return found;
                if (TryRead(value, out var diagnostics)) (found ??= []).Add(diagnostics);
            }
        }

        return found ?? (IReadOnlyList<MsDiagnostics>)[];
    }

    /// <summary>The public form.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id};reason={SipGrammar.Quote(Reason ?? "")}");
}
