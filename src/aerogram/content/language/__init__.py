"""The template language and personalization: text with tags becomes text, with nothing but its scope in reach.

`compiler.compile_template` (or `cache.compiled`) makes a `template.Template`; its ``render`` takes a
`scope.Scope` of values and a `budget.Budget` of limits. All that goes wrong is an `errors.TemplateError`.
"""
