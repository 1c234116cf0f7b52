using System.Text;
using Gateway.Host.Reasons;

namespace Gateway.Host.Docs;

/// <summary><c>docs/reasons.md</c>: every reason by which anything is refused or ended.</summary>
public static class ReasonsPage
{
    public static string Write()
    {
        var text = new StringBuilder("""
            # Reasons

            Every refusal and every ending has one name, the same in log, metric (label `reason` or `outcome`), `gateway status` and tests. Made by `make docs`; do not edit.
            *SIP* is the status a SIP peer is answered (Microsoft profiles; others in parentheses), *XMPP* the stanza or stream error; empty: nobody waits for an answer.


            """);
        foreach (var (room, reasons) in ReasonTable.Rooms)
        {
            text.Append("## ").Append(room).Append("\n\n| reason | SIP | XMPP | what happened | next step |\n|---|---|---|---|---|\n");
            foreach (var name in Enum.GetNames(reasons))
            {
                if (name == "None" || ReasonTable.Find($"{room}.{name}") is not { } row) continue;
                text.Append($"| `{row.Name}` | {row.Sip} | {row.Xmpp} | {Cell(row.Text)} | {Cell(row.NextStep)} |\n");
            }

            text.Append('\n');
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal);
}
