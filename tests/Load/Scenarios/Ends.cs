using Load.Sip;
using Load.Xmpp;

namespace Load.Scenarios;

/// <summary>The ends of a run; which there are depends on what the subject speaks.</summary>
internal sealed record Ends(Fleet Fleet, SipEnd? SipEnd, XmppEnd? XmppEnd, ComponentEnd? LeftEnd, ComponentEnd? RightEnd) : IDisposable
{
    public const string SipDomain = "contoso.example";
    public const string XmppDomain = "capulet.example";

    public SipEnd Sip => SipEnd ?? throw Missing("SIP");

    public XmppEnd Xmpp => XmppEnd ?? throw Missing("XMPP");

    public ComponentEnd Left => LeftEnd ?? throw Missing("component");

    public ComponentEnd Right => RightEnd ?? throw Missing("component");

    public static string SipUser(int number) => $"alice{number}@{SipDomain}";

    public string XmppUser(int number) => $"u{number}@{XmppEnd.DomainOf(number, Fleet.Streams)}";

    public void Hear(Scenario scenario)
    {
        if (SipEnd is not null) SipEnd.Traffic = scenario;
        if (XmppEnd is not null) XmppEnd.Traffic = scenario;
        if (LeftEnd is not null) LeftEnd.Traffic = scenario;
        if (RightEnd is not null) RightEnd.Traffic = scenario;
    }

    public void Dispose()
    {
        SipEnd?.Dispose();
        XmppEnd?.Dispose();
        LeftEnd?.Dispose();
        RightEnd?.Dispose();
    }

    private static LoadFailureException Missing(string what) => new($"the subject has no {what} end");
}
