using System.Globalization;
using System.Text;
using Gateway.Host.Reasons;
using Gateway.Mapping.Errors;

namespace Gateway.Host.Docs;

/// <summary><c>docs/reasons.md</c>: every reason by which anything is refused or ended.</summary>
public static class ReasonsPage
{
    public static string Write()
    {
        var text = new StringBuilder("""
            # Reasons

            Every refusal and every ending has one name, the same in log, metric (label `reason` or `outcome`), `gateway status` and tests. Made by `make docs`; do not edit.
            *SIP* is the status a SIP peer is answered (Microsoft profiles; others in parentheses), *number*
            what stands beside the name in its `ms-diagnostics-public`, *XMPP* the stanza or stream error; empty: nobody waits for an answer.


            """);
        foreach (var (room, reasons) in ReasonTable.Rooms)
        {
            text.Append("## ").Append(room).Append("\n\n| reason | SIP | number | XMPP | what happened | next step |\n|---|---|---|---|---|---|\n");
            foreach (var name in Enum.GetNames(reasons))
            {
                if (name == "None" || ReasonTable.Find($"{room}.{name}") is not { } row) continue;
                text.Append($"| `{row.Name}` | {row.Sip} | {Number(row.Name)} | {row.Xmpp} | {Cell(row.Text)} | {Cell(row.NextStep)} |\n");
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static string Number(string name) => OwnDiagnostics.All.TryGetValue(name, out var number) ? number.ToString(CultureInfo.InvariantCulture) : "";

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
