namespace Gateway.Host.Composition;

/// <summary>The appliance cannot start; the message is for the operator and names what to change.</summary>
public sealed class ApplianceFailure : Exception
{
    public ApplianceFailure(string message) : base(message)
    {
    }

    public ApplianceFailure(string message, Exception cause) : base(message, cause)
    {
    }
}
