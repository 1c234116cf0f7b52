namespace Gateway.Mapping.Availability;

/// <summary>Which of a user's endpoints stands for the user where one alone is shown (OCS-052).</summary>
public enum EndpointChoice
{
    /// <summary>The one at which the user is most available, then the one of highest priority: the default (RFC 8048 §6.2).</summary>
    MostAvailable,

    /// <summary>The one the user gave the highest priority, whatever it says of availability.</summary>
    HighestPriority,
}
