namespace Load.Scenarios;

/// <summary>How many connections the SIP end holds, and how many streams the XMPP end opens, each from a domain of its own.</summary>
internal sealed record Fleet(int Connections, int Streams)
{
    public static Fleet Usual { get; } = new(4, 1);

    public string Suffix => this == Usual ? "" : $" {Connections}x{Streams}";
}
