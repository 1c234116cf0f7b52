using System.Text;

namespace Sip.Tests.World;

/// <summary>A message as the edge heard it, cut and read without any code of ours.</summary>
internal sealed record Heard(int Order, string Start, IReadOnlyList<(string Name, string Value)> Headers, string Body)
{
    public bool IsResponse => Start.StartsWith("SIP/2.0 ", StringComparison.Ordinal);

    public int Status => IsResponse ? int.Parse(Start.AsSpan(8, 3), System.Globalization.CultureInfo.InvariantCulture) : 0;

    public string Method => IsResponse ? "" : Start[..Start.IndexOf(' ', StringComparison.Ordinal)];

    public string Uri => Start.Split(' ')[1];

    /// <summary>The first value of a header; empty when absent.</summary>
    public string this[string name] => All(name).FirstOrDefault("");

    public string CSeqMethod => this["CSeq"].Split(' ')[^1];

    public int CSeqNumber => int.Parse(this["CSeq"].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    public string ToTag => TagOf(this["To"]);

    public string FromTag => TagOf(this["From"]);

    public IReadOnlyList<string> All(string name) =>
        [.. Headers.Where(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value)];

    public bool Has(string name) => All(name).Count > 0;

    public static Heard Read(int order, string head, string body)
    {
        var lines = head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(l => l.Split(':', 2)).Select(p => (p[0].Trim(), p[1].Trim())).ToList();
        return new Heard(order, lines[0], headers, body);
    }

    public override string ToString() => new StringBuilder().AppendLine(Start).AppendJoin('\n', Headers.Select(h => $"{h.Name}: {h.Value}")).AppendLine().AppendLine(Body).ToString();

    private static string TagOf(string value)
    {
        var at = value.IndexOf(";tag=", StringComparison.Ordinal);
        return at < 0 ? "" : value[(at + 5)..].Split(';')[0];
    }
}
