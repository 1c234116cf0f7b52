using System.Net;

namespace Load.Subjects;

/// <summary>One XMPP server of a run: which one, where it listens, and the domains its components stand for.</summary>
internal sealed record ServerPlace(string Kind, IPEndPoint Xmpp, IPEndPoint Component, string Leaf, IReadOnlyList<string> Domains)
{
    /// <summary>A host of its own, behind which nobody is.</summary>
    public string Front => "front." + Domains[0];
}
