namespace CdcLake.IntegrationTests.Queries;

#pragma warning disable CA1812 // stand for rows of tables, never made
internal sealed record Customer(int Id, string? Name, string Email, string? Country, bool Vip, decimal? Credit, DateOnly? Born, Guid Uid, DateTime Created);

internal sealed record Supplier(int Id, string Name, string? Country);

internal sealed record Article(int Id, string Sku, Category? Category, decimal Price, string? Tags, int? SupplierId, double? Weight);

internal sealed record Purchase(ulong Id, int? CustomerId, PurchaseStatus Status, DateTime Placed, DateTime? Shipped, string? Note, Guid? Token);

internal sealed record Line(ulong PurchaseId, short Number, int? ArticleId, int Qty, decimal Price, decimal? Discount);

internal sealed record Payment(int Id, ulong? PurchaseId, decimal Amount, string? Method, DateTimeOffset PaidAt);

internal sealed record Visit(int Id, int? CustomerId, string Kind, DateTimeOffset At, TimeSpan? Took, string? Payload, string? Token);
#pragma warning restore CA1812

internal enum Category
{
    Toys,
    Food,
    Tools,
}

internal enum PurchaseStatus
{
    New,
    Paid,
    Sent,
    Back,
}
