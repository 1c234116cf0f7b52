namespace Gateway.Host.Composition;

/// <summary>Makes both sides. They know the crossing and nothing of each other.</summary>
internal static class SideFactory
{
    public static IReadOnlyList<ISideRuntime> Make(ApplianceParts parts, string dialbackSecret) => [new SipRuntime(parts), new XmppRuntime(parts, dialbackSecret)];
}
