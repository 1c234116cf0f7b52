using Load.Sip;
using Load.Xmpp;

namespace Load.Scenarios;

/// <summary>Both ends of a run.</summary>
internal sealed record Ends(SipEnd Sip, XmppEnd Xmpp) : IDisposable
{
    public const string SipDomain = "contoso.example";
    public const string XmppDomain = "capulet.example";

    public void Hear(Scenario scenario) => (Sip.Traffic, Xmpp.Traffic) = (scenario, scenario);

    public void Dispose()
    {
        Sip.Dispose();
        Xmpp.Dispose();
    }
}
